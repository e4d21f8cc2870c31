/**
 * Foreign text in log lines: paths, hosts and reasons that a peer chose. What could start a line of
 * its own, move a terminal's cursor or turn the reading direction is written as an escape.
 */
import { inspect } from "node:util";

/** `text` as it may stand in a line. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

/** `text` in quotation marks. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

// Controls (C0, DEL, C1), line and paragraph separators, marks and overrides of direction, U+FEFF.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** What was thrown, with its stack and its cause: for whoever wrote the handler. */
export function textOf(error: unknown): string {
  return inspect(error);
}
