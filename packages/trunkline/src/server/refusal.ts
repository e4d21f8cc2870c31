/**
 * The answers to an upgrade that is not accepted, written to the bare socket: Node hands that over
 * without a response object. After the answer the stream ends.
 */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../connection/clock.ts";
import { isHeaderValue } from "../protocol/headers.ts";

/** An HTTP answer other than 101. */
export interface Refusal {
  readonly status: number;
  /** One sentence: the body, as plain text. Empty for none. */
  readonly reason: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** An answer as it stands on the wire. */
interface Answer {
  readonly status: number;
  readonly phrase: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Milliseconds for the client to take its answer. */
const LINGER = 5000;

/** Answers with a status and a sentence. */
export function refuse(socket: Duplex, refusal: Refusal, clock: Clock): void {
  const { status, reason, headers = [] } = refusal;
  answer(socket, clock, {
    status,
    phrase: STATUS_CODES[status] ?? "",
    headers: [...headers, ["Content-Type", "text/plain; charset=utf-8"]],
    body: Buffer.from(reason && `${reason}\n`),
  });
}

/** Answers with what a handler's `upgrade` made; its body was read already. */
export function refuseWith(
  socket: Duplex,
  response: Response,
  body: Uint8Array,
  clock: Clock,
): void {
  const { status, statusText } = response;
  answer(socket, clock, {
    status,
    // A phrase may have been taken from somewhere; Response lets more pass than a status line may hold.
    phrase: statusText && isHeaderValue(statusText) ? statusText : (STATUS_CODES[status] ?? ""),
    headers: [...response.headers].filter(([name]) => !isOurs.has(name)),
    body,
  });
}

/** Headers that say where the answer ends and what becomes of the connection. */
const isOurs: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

function answer(socket: Duplex, clock: Clock, { status, phrase, headers, body }: Answer): void {
  if (socket.destroyed || socket.writableEnded) return;
  // "A sender of Upgrade MUST also send an "Upgrade" connection option" (RFC 9110, section 7.8).
  const upgrades = headers.some(([name]) => name.toLowerCase() === "upgrade");
  let head = `HTTP/1.1 ${status} ${phrase}\r\nConnection: ${upgrades ? "close, Upgrade" : "close"}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  // "A server MUST NOT send a Content-Length header field in any response with a status code of […] 204" (section 8.6).
  if (status !== 204) head += `Content-Length: ${body.length}\r\n`;
  socket.write(Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), body]));
  endAfterAnswer(socket, clock);
}

/**
 * Ends a stream whose answer was written, and drops it when the client has not taken that in time.
 * What still comes is read and dropped: closing over unread bytes would reset the stream before the
 * answer is read.
 */
export function endAfterAnswer(socket: Duplex, clock: Clock): void {
  const timer = clock.setTimer(() => socket.destroy(), LINGER);
  socket.on("error", () => {});
  socket.once("close", () => timer.cancel());
  socket.end();
  socket.resume();
}
