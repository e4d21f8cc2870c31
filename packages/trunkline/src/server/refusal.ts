/**
 * The answers to an upgrade that is not accepted, written to the bare socket: Node hands that over
 * without a response object.
 */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { isHeaderValue } from "../protocol/headers.ts";

/** An HTTP answer other than 101. */
export interface Refusal {
  readonly status: number;
  /** One sentence: the body, as plain text. */
  readonly reason: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** Milliseconds for the client to take its answer. */
const LINGER = 5000;

/** Answers with a status and a sentence, and ends the stream. */
export function refuse(socket: Duplex, { status, reason, headers = [] }: Refusal): void {
  const body = Buffer.from(`${reason}\n`);
  writeAndEnd(
    socket,
    status,
    undefined,
    [...headers, ["Content-Type", "text/plain; charset=utf-8"]],
    body,
  );
}

/** Answers with what a handler's `upgrade` made. */
export async function refuseWith(socket: Duplex, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = [...response.headers].filter(([name]) => !IS_OURS.has(name));
  writeAndEnd(socket, response.status, response.statusText, headers, body);
}

const IS_OURS = new Set(["connection", "content-length", "transfer-encoding"]);

function writeAndEnd(
  socket: Duplex,
  status: number,
  statusText: string | undefined,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
): void {
  if (socket.destroyed) return;
  const phrase =
    statusText && isHeaderValue(statusText) ? statusText : (STATUS_CODES[status] ?? "");
  let head = `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  head += `Content-Length: ${body.length}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head, "latin1"), body]));
  socket.end();
  endWhenTaken(socket);
}

/** What still comes is read and dropped: closing over unread bytes would reset the stream before the answer is read. */
function endWhenTaken(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER);
  timer.unref();
  socket.on("error", () => {});
  socket.once("close", () => clearTimeout(timer));
  socket.once("end", () => socket.destroy());
  socket.resume();
}
