/**
 * The head of a CGI script's output (RFC 3875, section 6): header lines up to an empty one. It is read
 * strictly, because what stands in it becomes a response: a line that is no header, a control
 * character in a value, or a status that a script must not give refuses the whole output.
 */

export interface CgiHead {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Bytes of the head at the most. */
export const HEAD_LIMIT = 65_536;

/** Ours to say: they tell where the body ends and what becomes of the connection. */
const WITHHELD: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Where the body begins, and the head as text; undefined while its end has not come. */
export function splitHead(
  bytes: Buffer,
): { readonly text: string; readonly body: Buffer } | undefined {
  // latin1 keeps each byte a character, so that places in the text are places in the bytes.
  const end = /\r?\n\r?\n|^\r?\n/.exec(bytes.toString("latin1", 0, HEAD_LIMIT + 4));
  if (!end) return undefined;
  const text = bytes.toString("latin1", 0, end.index);
  return { text, body: bytes.subarray(end.index + end[0].length) };
}

/** The head, or what is wrong with it. */
export function parseHead(text: string): CgiHead | string {
  const headers: [string, string][] = [];
  let status: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", rest = ""] = HEADER.exec(line) ?? [];
    const value = rest.trimEnd();
    if (name === "" || CONTROL.test(value)) return `the line ${JSON.stringify(line)} is no header`;
    if (name.toLowerCase() === "status") {
      if (status !== undefined) return "it has two Status lines";
      status = readStatus(value);
      if (status === undefined) return `its status is ${JSON.stringify(value)}`;
    } else if (!WITHHELD.has(name.toLowerCase())) headers.push([name, value]);
  }
  return complete(status, headers);
}

/** "The script MUST supply a Content-Type" with a body (section 6.3.1), or a Location, or a Status. */
function complete(status: number | undefined, headers: [string, string][]): CgiHead | string {
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  if (status === undefined && !has("content-type") && !has("location")) {
    return "it has no Content-Type, no Status and no Location";
  }
  return { status: status ?? (has("location") ? 302 : 200), headers };
}

/** 1xx are the server's: 101 would hand the connection over. */
function readStatus(value: string): number | undefined {
  const status = Number(/^([2-5]\d\d)(?: |$)/.exec(value)?.[1]);
  return Number.isNaN(status) ? undefined : status;
}
