/**
 * Markdown as text for a terminal: headings, paragraphs, lists, tables and code, in a width. `marked`
 * reads it; styles are the terminal's bold, underline and colour, or nothing in a pipe.
 */
import { marked, type Token, type Tokens } from "marked";
import { formatTable } from "./table.ts";
import { type Run, type Style, widthOf, wrap } from "./words.ts";

export interface Look {
  /** Columns. */
  readonly width: number;
  readonly hasStyles: boolean;
}

export function readMarkdown(text: string): readonly Token[] {
  return marked.lexer(text);
}

export function formatMarkdown(tokens: readonly Token[], look: Look): string {
  return `${formatBlocks(tokens, look, look.width).join("\n")}\n`;
}

/** The text of a heading, a cell or a line, without its marks. */
export function plainText(tokens: readonly Token[] | undefined): string {
  return runsOf(tokens, PLAIN, unstyled)
    .map(({ text }) => text)
    .join("");
}

const unstyled: Style = (text) => text;
const PLAIN: Look = { width: 0, hasStyles: false };

const CODES = { bold: [1, 22], italic: [3, 23], underline: [4, 24], cyan: [36, 39] } as const;

function styled(name: keyof typeof CODES, { hasStyles }: Look, inner: Style = unstyled): Style {
  const [on, off] = CODES[name];
  return hasStyles ? (text) => `\x1b[${on}m${inner(text)}\x1b[${off}m` : inner;
}

/** Lines, with an empty one between two blocks. */
function formatBlocks(tokens: readonly Token[], look: Look, width: number): readonly string[] {
  const blocks = tokens.map((token) => formatBlock(token, look, width));
  const seen = blocks.filter((lines) => lines.length > 0);
  return seen.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));
}

function formatBlock(token: Token, look: Look, width: number): readonly string[] {
  // Each token has the fields of its type; marked's own union is open, so that a switch narrows nothing.
  switch (token.type) {
    case "heading":
      return formatHeading(token as Tokens.Heading, look, width);
    case "code":
      return (token as Tokens.Code).text
        .split("\n")
        .map((line) => `    ${styled("cyan", look)(line)}`.trimEnd());
    case "list":
      return formatList(token as Tokens.List, look, width);
    case "table":
      return formatTableToken(token as Tokens.Table, look, width);
    case "blockquote":
      return formatBlocks((token as Tokens.Blockquote).tokens, look, width - 2).map(
        (line) => `| ${line}`,
      );
    case "hr":
      return ["-".repeat(width)];
    case "paragraph":
    case "text":
      return linesOf(runsOf(inlineOf(token), look, unstyled), width);
    default: // a comment, a definition, an empty line
      return [];
  }
}

function formatHeading(
  { depth, tokens }: Tokens.Heading,
  look: Look,
  width: number,
): readonly string[] {
  const lines = linesOf(runsOf(tokens, look, styled("bold", look)), width);
  if (depth > 2) return lines;
  const rule = (depth === 1 ? "=" : "-").repeat(Math.min(width, widthOf(plainText(tokens))));
  return [...lines, rule];
}

function formatList(list: Tokens.List, look: Look, width: number): readonly string[] {
  return list.items.flatMap((item, at) => {
    const sign = list.ordered ? `${Number(list.start || 1) + at}. ` : "- ";
    const inner = width - sign.length;
    const lines = list.loose
      ? formatBlocks(item.tokens, look, inner)
      : item.tokens.flatMap((token) => formatBlock(token, look, inner));
    const indented = lines.map((line, row) =>
      `${row === 0 ? sign : " ".repeat(sign.length)}${line}`.trimEnd(),
    );
    return at > 0 && list.loose ? ["", ...indented] : indented;
  });
}

function formatTableToken(
  { header, rows, align }: Tokens.Table,
  look: Look,
  width: number,
): readonly string[] {
  const bold = styled("bold", look);
  const table = {
    header: header.map(({ tokens }) => runsOf(tokens, look, bold)),
    rows: rows.map((row) => row.map(({ tokens }) => runsOf(tokens, look, unstyled))),
    alignments: align.map((one) => (one === "right" ? "right" : "left")),
  } as const;
  return formatTable(table, width);
}

function linesOf(runs: readonly Run[], width: number): readonly string[] {
  return wrap(runs, width).map(({ text }) => text);
}

function inlineOf(token: Token): readonly Token[] {
  return "tokens" in token && token.tokens ? token.tokens : [token];
}

function runsOf(tokens: readonly Token[] | undefined, look: Look, style: Style): readonly Run[] {
  return (tokens ?? []).flatMap((token) => runsOfOne(token, look, style));
}

function runsOfOne(token: Token, look: Look, style: Style): readonly Run[] {
  switch (token.type) {
    case "strong":
      return runsOf((token as Tokens.Strong).tokens, look, styled("bold", look, style));
    case "em":
      return runsOf((token as Tokens.Em).tokens, look, styled("italic", look, style));
    case "codespan":
      return [{ text: token.raw.replace(/^`+ ?| ?`+$/g, ""), style: styled("cyan", look, style) }];
    case "link":
      return runsOfLink(token as Tokens.Link, look, style);
    case "image":
      return [{ text: `[${(token as Tokens.Image).text}]`, style }];
    case "br":
      return [{ text: "\n", style }];
    case "html":
      return [];
    case "text":
      if ("tokens" in token && token.tokens) return runsOf(token.tokens, look, style);
      return [{ text: textOf(token), style }];
    default:
      return [{ text: textOf(token), style }];
  }
}

/** A line end within a paragraph is a space. */
function textOf(token: Token): string {
  const text = "text" in token && typeof token.text === "string" ? token.text : token.raw;
  return text.replaceAll("\n", " ");
}

/** Where it leads is worth a line in a terminal only when that is elsewhere: other pages have names. */
function runsOfLink({ href, tokens }: Tokens.Link, look: Look, style: Style): readonly Run[] {
  const text = runsOf(tokens, look, styled("underline", look, style));
  const isElsewhere = /^https?:/.test(href) && plainText(tokens) !== href;
  return isElsewhere ? [...text, { text: ` (${href})`, style }] : text;
}
