/**
 * What `send`, `ping` and `close` are given, converted as WebIDL converts it.
 *
 * Bytes come out as a view of the caller's buffer: whoever keeps them past the call copies them.
 */
import { Blob as NodeBlob } from "node:buffer";
import { isArrayBuffer, isSharedArrayBuffer } from "node:util/types";
import { MAX_REASON_BYTES } from "../protocol/close.ts";

/** A message on its way out, before a Blob is read. */
export type Payload = string | Uint8Array | Blob;

const empty = new Uint8Array(0);

/** `(BufferSource or Blob or USVString)`: anything that is none of the first two becomes a string. */
export function toPayload(data: unknown): Payload {
  if (typeof data === "string") return data;
  if (ArrayBuffer.isView(data)) return viewBytes(data);
  if (isArrayBuffer(data)) return bufferBytes(data);
  if (isBlob(data)) return data;
  return `${data}`;
}

/** The global may be a page's own class, and Node still makes its own. */
export function isBlob(value: unknown): value is Blob {
  return value instanceof Blob || value instanceof NodeBlob;
}

/** Bytes of application data, as `bufferedAmount` counts them. */
export function payloadSize(payload: Payload): number {
  if (typeof payload === "string") return Buffer.byteLength(payload);
  return payload instanceof Uint8Array ? payload.byteLength : payload.size;
}

function viewBytes(view: ArrayBufferView): Uint8Array {
  const { buffer } = view;
  // BufferSource without [AllowShared] and without [AllowResizable].
  if (isSharedArrayBuffer(buffer)) {
    throw new TypeError("A view of a SharedArrayBuffer cannot be sent: send a copy of it");
  }
  refuseResizable(buffer);
  // A detached buffer counts as empty; it allows no new view, nor a DataView to tell its length.
  if (buffer.byteLength === 0) return empty;
  return new Uint8Array(buffer, view.byteOffset, view.byteLength);
}

function bufferBytes(buffer: ArrayBuffer): Uint8Array {
  refuseResizable(buffer);
  return buffer.byteLength === 0 ? empty : new Uint8Array(buffer);
}

function refuseResizable(buffer: ArrayBuffer): void {
  // Newer than the ES2023 types.
  if ((buffer as { readonly resizable?: boolean }).resizable) {
    throw new TypeError("A resizable ArrayBuffer cannot be sent: send a copy of it");
  }
}

/** `[Clamp] unsigned short`: to the nearest integer, ties to even, within the range. */
export function clampUnsignedShort(value: unknown): number {
  // Unary plus is ToNumber: it throws for a symbol and for a bigint, which Number() would not.
  const number = Math.min(Math.max(+(value as number), 0), 65_535);
  if (Number.isNaN(number)) return 0;
  const floor = Math.floor(number);
  const fraction = number - floor;
  if (fraction === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return fraction < 0.5 ? floor : floor + 1;
}

/** Steps 1 and 2 of `close(code, reason)`. */
export function checkClose(code: number | undefined, reason: string | undefined): void {
  // 1. "neither an integer equal to 1000 nor an integer in the range 3000 to 4999, inclusive"
  if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
    throw new DOMException(
      `The close code must be 1000, or between 3000 and 4999, not ${code}`,
      "InvalidAccessError",
    );
  }
  // 2. "If reasonBytes is longer than 123 bytes"
  if (reason !== undefined && Buffer.byteLength(reason) > MAX_REASON_BYTES) {
    throw new DOMException(
      `The close reason may take ${MAX_REASON_BYTES} bytes as UTF-8, and this one takes ${Buffer.byteLength(reason)}`,
      "SyntaxError",
    );
  }
}
