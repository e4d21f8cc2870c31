/**
 * JSON for eyes. Only whitespace between the tokens changes: numbers, escapes, doubled keys and the
 * order of members stay as they came, which parsing and writing anew would not keep.
 */

/** What fits in one line stays in one. Characters. */
const LINE = 80;
/** A longer text is not laid out: nobody reads it on a terminal. Characters. */
const LONGEST = 262_144;

/** Undefined for what is no JSON object or array. */
export function indentJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || text.length > LONGEST || !isJson(text)) return undefined;
  const compact = text.trim();
  if (compact.length <= LINE && !compact.includes("\n")) return compact;
  return layOut(compact.match(TOKENS) ?? []);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Of a text that is JSON: strings, punctuation, and the rest between them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g;

function layOut(tokens: readonly string[]): string {
  let depth = 0;
  const newline = () => `\n${"  ".repeat(depth)}`;
  const parts = tokens.map((token, at) => {
    if (token === ",") return `,${newline()}`;
    if (token === ":") return ": ";
    if (token === "{" || token === "[") {
      if (isClosing(tokens[at + 1])) return token;
      depth += 1;
      return `${token}${newline()}`;
    }
    if (!isClosing(token)) return token;
    const before = tokens[at - 1];
    if (before === "{" || before === "[") return token;
    depth -= 1;
    return `${newline()}${token}`;
  });
  return parts.join("");
}

function isClosing(token: string | undefined): boolean {
  return token === "}" || token === "]";
}
