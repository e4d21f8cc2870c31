/** Bytes for eyes: offset, sixteen bytes in hexadecimal, and the same as ASCII. */
const WIDTH = 16;

/** No more than `limit` bytes are shown, and a last line says how many are left. */
export function formatHexDump(bytes: Uint8Array, limit: number = Number.POSITIVE_INFINITY): string {
  const shown = bytes.subarray(0, Math.min(limit, bytes.length));
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += WIDTH) {
    lines.push(formatRow(at, shown.subarray(at, at + WIDTH)));
  }
  const left = bytes.length - shown.length;
  if (left > 0) lines.push(`and ${left} bytes more`);
  return lines.join("\n");
}

function formatRow(offset: number, row: Uint8Array): string {
  const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"));
  const left = hex.slice(0, WIDTH / 2).join(" ");
  const right = hex.slice(WIDTH / 2).join(" ");
  const columns = `${left.padEnd(23)}  ${right.padEnd(23)}`;
  const ascii = Array.from(row, (byte) =>
    byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".",
  );
  return `${offset.toString(16).padStart(8, "0")}  ${columns}  |${ascii.join("")}|`;
}
