/**
 * `trunkline docs`: the written documentation in the terminal, through a pager there, as plain text in
 * a pipe. Which page and which part of it, the arguments say.
 */
import { fileURLToPath } from "node:url";
import { newCommand, parseLine } from "../command-line.ts";
import type { CommandContext } from "../run.ts";
import { Manual } from "./manual.ts";
import { formatMarkdown } from "./markdown.ts";
import { page } from "./pager.ts";

const FOLDER = fileURLToPath(new URL("../manual/", import.meta.url));

/** Columns: of a pipe, and the most that reads well. */
const PLAIN_WIDTH = 80;
const WIDEST = 100;
const NARROWEST = 30;

export async function docsCommand(
  args: readonly string[],
  { stdout, environment }: CommandContext,
): Promise<number> {
  const command = newCommand("docs")
    .description("The handler contract, the API and the commands, in the terminal.")
    .argument("[page]", "a page, by the beginning of its name; without one they are listed")
    .argument("[section...]", "words of a heading of that page: only what is below it")
    .addHelpText("after", EXAMPLES);
  const help = parseLine(command, args);
  if (help !== undefined) {
    stdout.write(help);
    return 0;
  }
  const [word, ...words] = command.args;
  const manual = new Manual(FOLDER);
  const text = word === undefined ? listPages(manual) : show(manual, word, words, hasStyles());
  if (stdout.isTTY) await page(text, { environment, write: (shown) => stdout.write(shown) });
  else stdout.write(text);
  return 0;

  function hasStyles(): boolean {
    return stdout.isTTY === true && !environment.NO_COLOR;
  }
}

const EXAMPLES = `
Examples:
  trunkline docs                    the pages
  trunkline docs handlers           handler files
  trunkline docs server upgrade     a part of a page
  trunkline docs client | grep ping
`;

function show(manual: Manual, word: string, words: readonly string[], hasStyles: boolean): string {
  const found = manual.find(word);
  const tokens =
    words.length === 0 ? manual.read(found.name) : manual.readSection(found, words.join(" "));
  return formatMarkdown(tokens, { width: chooseWidth(), hasStyles });
}

function listPages({ pages }: Manual): string {
  const longest = Math.max(...pages.map(({ name }) => name.length));
  const rows = pages.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`.trimEnd());
  return `trunkline docs PAGE shows one of these:\n\n${rows.join("\n")}\n`;
}

function chooseWidth(): number {
  const { columns } = process.stdout;
  return columns === undefined ? PLAIN_WIDTH : Math.max(NARROWEST, Math.min(columns, WIDEST));
}
