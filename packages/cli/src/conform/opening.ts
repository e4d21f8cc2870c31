/**
 * The suite's opening handshake as a client (RFC 6455, section 4.1): the request as text, and what
 * came for it. Also the reading of an HTTP head, for both directions.
 */
import { createHash } from "node:crypto";
import type { Transcript } from "./transcript.ts";
import type { Wire } from "./wire.ts";

/** "dGhlIHNhbXBsZSBub25jZQ==" is the RFC's own example (section 1.3). */
export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export type HeaderLine = readonly [name: string, value: string];

/** A head as it came: the first line, and the fields with names in lower case, repeated ones joined. */
export interface Head {
  readonly line: string;
  readonly headers: ReadonlyMap<string, string>;
  /** The field lines as they came. */
  readonly fields: readonly HeaderLine[];
}

export type HeadReading =
  | { readonly type: "head"; readonly head: Head; readonly status: number }
  | { readonly type: "end"; readonly reset: boolean }
  | { readonly type: "silence" };

export function acceptFor(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** The fields of a good opening handshake. */
export function requestFields(host: string): HeaderLine[] {
  return [
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", KEY],
    ["Sec-WebSocket-Version", "13"],
  ];
}

/** The fields of a good answer. */
export function answerFields(accept: string): HeaderLine[] {
  return [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", accept],
  ];
}

export function formatHead(line: string, fields: readonly HeaderLine[]): Buffer {
  const lines = [line, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** A longer head is not read. Bytes. */
const LONGEST_HEAD = 1_048_576;

/** Reads up to the empty line; what came behind it stays on the wire. */
export async function readHead(
  wire: Wire,
  transcript: Transcript,
  wait: number,
): Promise<HeadReading> {
  const end = performance.now() + wait;
  let bytes: Buffer = Buffer.alloc(0);
  while (bytes.length < LONGEST_HEAD) {
    const reading = await wire.read(Math.max(0, end - performance.now()));
    if (reading.type !== "bytes") return noteEnd(reading, bytes, transcript);
    bytes = Buffer.concat([bytes, reading.bytes]);
    const at = bytes.indexOf("\r\n\r\n");
    if (at === -1) continue;
    wire.unread(bytes.subarray(at + 4));
    const head = parseHead(bytes.subarray(0, at).toString("latin1"));
    transcript.add("tested", head.line, bytes.subarray(0, at + 4));
    return {
      type: "head",
      head,
      status: Number(/^HTTP\/1\.\d (\d{3})\b/.exec(head.line)?.[1] ?? 0),
    };
  }
  return { type: "silence" };
}

function noteEnd<T extends { readonly type: "end" | "silence" }>(
  reading: T,
  bytes: Buffer,
  transcript: Transcript,
): T {
  const what = reading.type === "end" ? "ended the stream" : "sent nothing more";
  transcript.add("tested", what, bytes);
  return reading;
}

function parseHead(text: string): Head {
  const [line = "", ...rest] = text.split("\r\n");
  const headers = new Map<string, string>();
  const fields = rest.map(parseField);
  for (const [name, value] of fields) {
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return { line, headers, fields };
}

function parseField(line: string): HeaderLine {
  const colon = line.indexOf(":");
  return colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** What is wrong with a 101 (section 4.1's list for clients); undefined when it opens a WebSocket. */
export function findFaultIn101({ headers }: Head, key: string): string | undefined {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return 'its 101 has no "Upgrade: websocket"';
  }
  const connection = headers.get("connection")?.toLowerCase().split(",") ?? [];
  if (!connection.some((token) => token.trim() === "upgrade")) {
    return 'its 101 has no "Connection: Upgrade"';
  }
  const accept = headers.get("sec-websocket-accept");
  return accept === acceptFor(key) ? undefined : "its 101 has a wrong Sec-WebSocket-Accept";
}
