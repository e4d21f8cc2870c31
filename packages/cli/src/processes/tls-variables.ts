/**
 * A TLS connection and its client's certificate as Apache's variables (mod_ssl, StdEnvVars and
 * ExportCertData): scripts written for one server run under the other. Whether a certificate is to be
 * trusted was judged before.
 */
import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

export type TlsVariables = Readonly<Record<string, string>>;

/** Parts of a name that have a variable of their own, by their names in a certificate. */
const PARTS = {
  ...{ CN: "CN", O: "O", OU: "OU", C: "C", ST: "ST", L: "L", UID: "UID" },
  emailAddress: "Email",
} as const;

/** Empty without TLS. */
export function tlsVariables(socket: Socket): TlsVariables {
  if (!(socket instanceof TLSSocket)) return {};
  const certificate = socket.getPeerX509Certificate();
  return {
    SSL_PROTOCOL: socket.getProtocol() ?? "",
    SSL_CIPHER: socket.getCipher()?.name ?? "",
    SSL_CLIENT_VERIFY: certificate ? describeTrust(socket) : "NONE",
    ...(certificate && certificateVariables(certificate)),
  };
}

function describeTrust({ authorized, authorizationError }: TLSSocket): string {
  return authorized ? "SUCCESS" : `FAILED:${authorizationError}`;
}

export function certificateVariables(certificate: X509Certificate): TlsVariables {
  const { subject, issuer } = certificate.toLegacyObject();
  return {
    SSL_CLIENT_M_SERIAL: certificate.serialNumber,
    SSL_CLIENT_V_START: certificate.validFrom,
    SSL_CLIENT_V_END: certificate.validTo,
    ...nameVariables("SSL_CLIENT_S_DN", certificate.subject, { ...subject }),
    ...nameVariables("SSL_CLIENT_I_DN", certificate.issuer, { ...issuer }),
    SSL_CLIENT_CERT: certificate.toString(),
  };
}

function nameVariables(
  variable: string,
  lines: string,
  values: Readonly<Record<string, unknown>>,
): TlsVariables {
  const found: Record<string, string> = { [variable]: distinguishedName(lines) };
  for (const [name, part] of Object.entries(PARTS)) {
    const [value] = [values[name]].flat(); // of several, Apache too takes the first
    // A control character has no business in a name, and a NUL cannot stand in an environment.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (typeof value === "string" && !/[\0-\x1f\x7f]/.test(value)) {
      found[`${variable}_${part}`] = value;
    }
  }
  return found;
}

/**
 * RFC 2253: the last part first, commas between. Node gives a part a line, each escaped already, and
 * parts that stand together with " + " between, which escaping leaves nowhere else.
 */
function distinguishedName(lines: string): string {
  const names = lines.split("\n").map((line) => line.split(" + ").reverse().join("+"));
  return names.reverse().join(",");
}
