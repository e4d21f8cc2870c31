/** HTTP's Basic authentication (RFC 7617) with the one credential of `--basic-auth-credential`. */
import { createHash, timingSafeEqual } from "node:crypto";

export type Verdict = "right" | "wrong" | "missing";

/** What a 401 asks with; "charset" says that names and passwords are UTF-8 (section 2.1). */
export const CHALLENGE = 'Basic realm="trunkline", charset="UTF-8"';

/** Judges an `Authorization` header. */
export function createBasicAuth(
  credential: string,
): (authorization: string | undefined) => Verdict {
  const wanted = digest(Buffer.from(credential));
  return (authorization = "") => {
    // "Note that both scheme and parameter names are matched case-insensitively" (section 2).
    const token = /^basic +([\w+/=~.-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) return "missing";
    const given = digest(Buffer.from(token, "base64"));
    return timingSafeEqual(given, wanted) ? "right" : "wrong";
  };
}

/** Of one length whatever was sent, so that the comparison takes one time. */
function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
