// Sizes, times and JSON as the log shows them. Pure: no DOM.

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  if (kib < 1024) return `${shorten(kib)} KiB`;
  return `${shorten(kib / 1024)} MiB`;
}

function shorten(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.floor(value));
}

export function formatTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

const deepestIndent = 32;

/**
 * Lays out JSON on lines, or gives undefined when the text is no JSON object or array.
 * It moves white space only: printing what JSON.parse returns would change large numbers and drop
 * repeated keys, and a console must show what came.
 */
export function layOutJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text) || !isJson(text)) return undefined;
  // Strings whole, each bracket and separator alone, numbers and words whole.
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let laidOut = "";
  for (const [index, token] of tokens.entries()) {
    if (isClosing(token)) depth -= 1;
    laidOut += gapBefore(token, tokens[index - 1], depth) + token;
    if (isOpening(token)) depth += 1;
  }
  return laidOut;
}

function gapBefore(token: string, previous: string | undefined, depth: number): string {
  if (previous === undefined || token === "," || token === ":") return "";
  if (previous === ":") return " ";
  if (isOpening(previous) && isClosing(token)) return "";
  // Bounded: a message of brackets only would otherwise lay out to gigabytes of indentation.
  return `\n${"  ".repeat(Math.min(depth, deepestIndent))}`;
}

function isOpening(token: string): boolean {
  return token === "{" || token === "[";
}

function isClosing(token: string): boolean {
  return token === "}" || token === "]";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
