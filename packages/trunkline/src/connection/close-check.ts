/** What a program may ask for in a Close, whichever its role; a page's `close()` may ask for less. */
import { isSendableCode, MAX_REASON_BYTES } from "../protocol/close.ts";

/** The caller's mistakes, found at the call. @throws {RangeError | TypeError} */
export function checkClose(code: number | undefined, reason = ""): void {
  if (code !== undefined && !isSendableCode(code)) {
    throw new RangeError(
      `${code} is not a close code that may be sent: use 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
    );
  }
  if (reason === "") return;
  if (code === undefined) throw new TypeError("a close reason needs a code");
  const size = Buffer.byteLength(reason);
  if (size > MAX_REASON_BYTES) {
    throw new RangeError(
      `a close reason has at most ${MAX_REASON_BYTES} bytes of UTF-8, not ${size}`,
    );
  }
}
