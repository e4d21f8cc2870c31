/**
 * The pages of the written documentation, as the build copied them beside the code, and their names: a
 * file's name, or enough of its beginning. The index of the folder says what each page tells.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Token, Tokens } from "marked";
import { CommandError } from "../command-error.ts";
import { nearest } from "../nearest.ts";
import { plainText, readMarkdown } from "./markdown.ts";

export interface Page {
  readonly name: string;
  /** What it tells; empty where the index does not say. */
  readonly summary: string;
}

const INDEX = "README";

export class Manual {
  readonly #folder: string;
  readonly pages: readonly Page[];

  /** @throws {CommandError} when the pages are not there */
  constructor(folder: string) {
    this.#folder = folder;
    const names = listPages(folder);
    const summaries = readSummaries(this.read(INDEX));
    const listed = [...summaries.keys()].filter((name) => names.includes(name));
    const others = names.filter((name) => name !== INDEX && !summaries.has(name)).sort();
    this.pages = [...listed, ...others].map((name) => ({
      name,
      summary: summaries.get(name) ?? "",
    }));
  }

  /** The page of that name, or the only one that begins so. @throws {CommandError} when there is none */
  find(word: string): Page {
    const wanted = word.toLowerCase().replace(/\.md$/, "");
    const exact = this.pages.find(({ name }) => name === wanted);
    const begun = this.pages.filter(({ name }) => name.startsWith(wanted));
    const found = exact ?? (begun.length === 1 ? begun[0] : undefined);
    if (found) return found;
    throw new CommandError(
      2,
      describeMissing(
        "page",
        word,
        this.pages.map(({ name }) => name),
      ),
    );
  }

  read(name: string): readonly Token[] {
    return readMarkdown(readFileSync(join(this.#folder, `${name}.md`), "utf8"));
  }

  /** The part of a page below the heading that has these words. @throws {CommandError} when there is none */
  readSection({ name }: Page, words: string): readonly Token[] {
    const tokens = this.read(name);
    const headings = tokens.filter(isHeading);
    const titles = headings.map((heading) => plainText(heading.tokens));
    const wanted = words.toLowerCase();
    const order = [
      titles.findIndex((title) => title.toLowerCase() === wanted),
      titles.findIndex((title) => title.toLowerCase().includes(wanted)),
    ];
    const heading = headings[order.find((at) => at !== -1) ?? -1];
    if (!heading) {
      throw new CommandError(2, describeMissing(`section of "${name}"`, words, titles.slice(1)));
    }
    const start = tokens.indexOf(heading);
    const length = tokens
      .slice(start + 1)
      .findIndex((token) => isHeading(token) && token.depth <= heading.depth);
    return tokens.slice(start, length === -1 ? undefined : start + 1 + length);
  }
}

function listPages(folder: string): readonly string[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
    return files.map((file) => file.slice(0, -".md".length));
  } catch (error) {
    const sentence = 'the documentation is not beside the command: run "npm run build"';
    throw new CommandError(1, sentence, { cause: error });
  }
}

/** A row of the index has a link to a page and what that tells, and may have links to translations. */
function readSummaries(index: readonly Token[]): ReadonlyMap<string, string> {
  const rows = index.filter(isTable).flatMap((table) => table.rows);
  return new Map(
    rows.flatMap(([links, tells]) => {
      const found = [...(links?.text ?? "").matchAll(/\[([^\]]*)\]\(([^)/]+)\.md\)/g)];
      return found.map(([, text = "", name = ""], at): [string, string] => [
        name,
        at === 0 ? plainText(tells?.tokens) : text,
      ]);
    }),
  );
}

function describeMissing(what: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  return `there is no ${what} called "${word}".${hint} There are: ${known.join(", ")}.`;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === "table";
}
