// @ts-check
// Finds what a TypeScript source imports: static imports and exports, type imports, `import()` in code
// and in types, `require()`. It reads tokens, not types: comments are dropped and strings kept whole,
// so that a module name in a comment or in a message counts for nothing.

const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|[A-Za-z_$][\w$]*|\S/g;

/** @typedef {{ readonly specifier: string | undefined, readonly line: number }} FoundImport */

/**
 * The imports of a source, in order. `specifier` is undefined where it is computed at run time.
 *
 * @param {string} source
 * @returns {FoundImport[]}
 */
export function findImports(source) {
  const words = [...source.matchAll(tokens)].filter(([text]) => !/^\/[/*]/.test(text));
  return words.flatMap((word, index) => {
    const specifier = specifierAfter(words, index);
    if (specifier === null) return [];
    return [{ specifier, line: source.slice(0, word.index).split("\n").length }];
  });
}

/**
 * What the word at `index` imports; undefined when that is computed, null when it imports nothing.
 *
 * @param {readonly RegExpExecArray[]} words
 * @param {number} index
 */
function specifierAfter(words, index) {
  const at = (/** @type {number} */ offset) => words[index + offset]?.[0] ?? "";
  if (at(-1) === "." && at(-2) !== ".") return null;
  if (at(0) === "from" && isString(at(1)) && at(-1) !== "(") return unquote(at(1));
  if (at(0) === "import" && isString(at(1))) return unquote(at(1));
  if (!["import", "require"].includes(at(0)) || at(1) !== "(" || at(-1) === "function") return null;
  return isString(at(2)) && [")", ","].includes(at(3)) ? unquote(at(2)) : undefined;
}

/**
 * A template counts when nothing is put into it.
 *
 * @param {string} token
 */
function isString(token) {
  return /^["']|^`[^$]*`$/.test(token);
}

/** @param {string} token */
function unquote(token) {
  return token.slice(1, -1);
}
