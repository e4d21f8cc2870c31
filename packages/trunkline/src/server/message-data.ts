/** What `send`, `publish` and `ping` take, brought to the two forms that the connection knows. */

/** @throws {TypeError} for anything else: a length that is not one must never reach the frame writer */
export function messageOf(data: unknown): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError("a message is a string, a Uint8Array or an ArrayBuffer");
}
