// @ts-check
// Finds the fenced code blocks of a Markdown page, each with what is to be done with it.
// A comment right before a block steers it; CONTRIBUTING.md lists the forms. What it cannot understand
// it throws: a steering comment with a slip must not switch a test off.

/**
 * @typedef {object} Snippet
 * @property {string} page the path of the page
 * @property {number} line of the fence, from 1
 * @property {string} language
 * @property {string} code
 * @property {"run" | "types" | "none"} mode
 * @property {string | undefined} prints what the output must hold; then the program is ended
 * @property {Snippet | undefined} continues the block whose code comes first
 */

const fence = /^(?<indent>\s*)(?<marks>`{3,}|~{3,})\s*(?<language>[^\s`]*)/;
const comment = /^\s*<!--\s*test:\s*(?<text>.*?)\s*-->\s*$/;

/**
 * @param {string} page
 * @param {string} text
 * @returns {Snippet[]}
 */
export function findSnippets(page, text) {
  const lines = text.split("\n");
  /** @type {Snippet[]} */
  const snippets = [];
  let steering = "run";
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const opening = fence.exec(line)?.groups;
    if (opening === undefined) {
      steering = steeringAfter(line, steering);
      continue;
    }
    const end = findEnd(lines, index, opening.marks ?? "");
    const place = `${page}:${index + 1}`;
    if (end < 0) throw new Error(`${place}: the block has no end.`);
    const code = lines.slice(index + 1, end).map((inner) => outdent(inner, opening.indent ?? ""));
    snippets.push({
      page,
      line: index + 1,
      language: (opening.language ?? "").toLowerCase(),
      code: `${code.join("\n")}\n`,
      ...readSteering(steering, snippets.at(-1), place),
    });
    steering = "run";
    index = end;
  }
  return snippets;
}

/**
 * A comment holds until the next line that is not blank.
 *
 * @param {string} line
 * @param {string} steering
 */
function steeringAfter(line, steering) {
  const text = comment.exec(line)?.groups?.text;
  if (text !== undefined) return text;
  return line.trim() === "" ? steering : "run";
}

/**
 * @param {readonly string[]} lines
 * @param {number} start
 * @param {string} marks
 */
function findEnd(lines, start, marks) {
  return lines.findIndex((line, index) => index > start && line.trim() === marks);
}

/**
 * @param {string} line
 * @param {string} indent
 */
function outdent(line, indent) {
  return line.startsWith(indent) ? line.slice(indent.length) : line.trimStart();
}

/**
 * @param {string} steering
 * @param {Snippet | undefined} previous
 * @param {string} place
 * @returns {Pick<Snippet, "mode" | "prints" | "continues">}
 */
function readSteering(steering, previous, place) {
  if (/^none, because \S/.test(steering)) {
    return { mode: "none", prints: undefined, continues: undefined };
  }
  const form = /^(?<mode>run|types)(?<after>, continues)?(?:, prints "(?<prints>.+)")?$/;
  const groups = form.exec(steering)?.groups;
  const continues = groups?.after === undefined ? undefined : previous;
  const isMeant = groups?.after === undefined || previous !== undefined;
  if (groups === undefined || !isMeant || (groups.mode === "types" && groups.prints)) {
    throw new Error(`${place}: "test: ${steering}" is none of the forms in CONTRIBUTING.md.`);
  }
  return { mode: groups.mode === "run" ? "run" : "types", prints: groups.prints, continues };
}
