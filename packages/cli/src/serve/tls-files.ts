/** Reads the key and the certificate of `-t`, and finds out before the port opens whether they fit. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";

export interface TlsFiles {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** @throws {CommandError} with exit code 1, or 2 where the command line lacks one of them */
export async function readTlsFiles(
  privateKey: string | undefined,
  certificate: string | undefined,
): Promise<TlsFiles> {
  if (privateKey === undefined || certificate === undefined) {
    const missing = privateKey === undefined ? "its private key (-k)" : "its certificate (-c)";
    throw new CommandError(2, `TLS (-t) needs ${missing}`);
  }
  const key = await readPem(privateKey, "private key");
  const cert = await readPem(certificate, "certificate");
  if (isOnly(CERTIFICATE, key)) {
    throw new CommandError(
      1,
      `the private key ${privateKey}: it is a certificate, which goes to -c`,
    );
  }
  if (isOnly(PRIVATE_KEY, cert)) {
    throw new CommandError(
      1,
      `the certificate ${certificate}: it is a private key, which goes to -k`,
    );
  }
  checkPart({ key }, `the private key ${privateKey}`);
  checkPart({ cert }, `the certificate ${certificate}`);
  checkPart({ key, cert }, `the private key ${privateKey} with the certificate ${certificate}`);
  return { key, cert };
}

/** Whose certificates are believed: the file of `option`. @throws {CommandError} with exit code 1 */
export async function readAuthorities(path: string, option: string): Promise<Buffer> {
  const ca = await readPem(path, `certificates of ${option},`);
  try {
    if (!ca.includes("-----BEGIN ")) throw new Error("PEM");
    new X509Certificate(ca);
    return ca;
  } catch (error) {
    // Node would take a file without a certificate, and trust nobody.
    throw new CommandError(1, `the certificate ${path} (${option}): it is not one in PEM form`, {
      cause: error,
    });
  }
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CommandError(1, `cannot read the ${what} ${path}: ${describeFileError(error)}`, {
      cause: error,
    });
  }
}

const PRIVATE_KEY = "PRIVATE KEY";
const CERTIFICATE = "CERTIFICATE";

/** The two are easily exchanged. A file that holds both can serve as either. */
function isOnly(kind: typeof PRIVATE_KEY | typeof CERTIFICATE, pem: Buffer): boolean {
  const labels = pem.toString("latin1").match(/-----BEGIN [^-\n]*-----/g) ?? [];
  return labels.length > 0 && labels.every((label) => label.endsWith(`${kind}-----`));
}

function checkPart(part: { readonly key?: Buffer; readonly cert?: Buffer }, what: string): void {
  try {
    createSecureContext(part);
  } catch (error) {
    throw new CommandError(1, `${what}: ${describeTlsError(error)}`, { cause: error });
  }
}

function describeTlsError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/key values mismatch/i.test(message)) return "they do not belong together";
  if (/passphrase|interrupted or cancelled|bad decrypt/i.test(message)) {
    return "it is encrypted; decrypt it (openssl pkey -in key.pem -out plain.pem)";
  }
  if (/no start line|PEM|DECODER|unsupported/i.test(message)) return "it is not in PEM form";
  return message;
}
