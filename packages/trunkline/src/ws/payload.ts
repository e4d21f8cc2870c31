/**
 * Bytes as programs for `ws` give and take them: anything that `Buffer.from` takes goes out, and a
 * binary message comes in as one of four kinds.
 */

/** How binary messages come. */
export type BinaryType = "nodebuffer" | "arraybuffer" | "fragments" | "blob";

/** A message as its listeners get it. */
export type RawData = Buffer | ArrayBuffer | Buffer[] | Blob;

const binaryTypes: readonly string[] = ["nodebuffer", "arraybuffer", "fragments", "blob"];

export const EMPTY: Buffer = Buffer.alloc(0);

export function isBinaryType(value: unknown): value is BinaryType {
  return typeof value === "string" && binaryTypes.includes(value);
}

/** A Blob, Node's own or one that another library made. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (value instanceof Blob) return true;
  const like = value as Partial<Blob> & { readonly [Symbol.toStringTag]?: unknown };
  return (
    (like[Symbol.toStringTag] === "Blob" || like[Symbol.toStringTag] === "File") &&
    typeof like.arrayBuffer === "function" &&
    typeof like.stream === "function" &&
    typeof like.type === "string"
  );
}

/** `data` as bytes, without a copy where it is bytes already. @throws {TypeError} for what holds none */
export function toBuffer(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // Buffer.from decides, and says what it does not take: a string, an array, an object with valueOf.
  return Buffer.from(data as string);
}

/** A binary message as `type` says. `cuts`: where its fragments ended, if it came in several. */
export function toRawData(
  bytes: Uint8Array<ArrayBuffer>,
  type: BinaryType,
  cuts: readonly number[] | undefined,
): RawData {
  switch (type) {
    case "nodebuffer":
      return toBuffer(bytes);
    case "arraybuffer":
      return toArrayBuffer(bytes);
    case "blob":
      return new Blob([bytes]);
    case "fragments":
      return toFragments(toBuffer(bytes), cuts);
  }
}

function toArrayBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer {
  if (byteLength === buffer.byteLength) return buffer;
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

function toFragments(bytes: Buffer, cuts: readonly number[] = [bytes.length]): Buffer[] {
  if (bytes.length === 0) return [];
  return cuts.map((end, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], end));
}
