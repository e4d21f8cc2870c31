// Bytes as people write and read them: hex in, hex dump out. Pure: no DOM.
import { type Checked, passed, refused } from "../checked.ts";
import { texts } from "../texts.ts";

/** Takes pairs of digits; between bytes, white space, `,`, `:`, `-` and `0x` may stand. */
export function parseHex(input: string): Checked<Uint8Array<ArrayBuffer>> {
  const groups = input
    .split(/[\s,:-]+/)
    .map((group) => group.replace(/^0x/i, ""))
    .filter((group) => group !== "");
  for (const group of groups) {
    const wrong = /[^0-9a-f]/i.exec(group);
    if (wrong !== null) return refused(texts.hexNotADigit(wrong[0]));
    if (group.length % 2 !== 0) return refused(texts.hexHalfAByte(group));
  }
  const digits = groups.join("");
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return passed(bytes);
}

export function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, formatByte).join(" ");
}

/** Offset, bytes, and the printable ASCII among them: one line per `width` bytes. */
export function formatHexDump(bytes: Uint8Array, width: number): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    const part = bytes.subarray(offset, offset + width);
    const hex = formatHex(part).padEnd(width * 3 - 1);
    lines.push(`${offset.toString(16).padStart(6, "0")}  ${hex}  ${formatPrintable(part)}`);
  }
  return lines.join("\n");
}

function formatByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function formatPrintable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ".",
  ).join("");
}
