/**
 * Where a session shows things. To a pipe messages go as they came, and nothing else; a terminal gets
 * them for eyes: direction, colour, JSON laid out, bytes as a hex dump, and no control character of a
 * peer. This file knows no terminal: it makes texts, and gives them to whoever writes.
 */
import { escapeControls } from "../control-characters.ts";
import { formatHexDump } from "./hex-dump.ts";
import { indentJson } from "./json-text.ts";
import type { Output } from "./session.ts";

export interface PlainOutputOptions {
  /** Standard output. */
  write(data: string | Uint8Array): unknown;
  /** Standard error, a line. */
  complain(line: string): unknown;
  /** Whether binary messages leave as bytes, not as a hex dump. */
  readonly writesBytes: boolean;
}

export function createPlainOutput(options: PlainOutputOptions): Output {
  const { write, complain, writesBytes } = options;
  return {
    message(data) {
      if (typeof data === "string") write(`${data}\n`);
      else if (writesBytes) write(data);
      else write(`${formatHexDump(data)}\n`);
    },
    note: () => {},
    problem: (text) => complain(escapeControls(text)),
  };
}

export interface ScreenOutputOptions {
  /** A terminal, one or more lines. */
  print(text: string): unknown;
  /** A terminal too, where no one talks: undefined prints problems like the rest. */
  complain?(line: string): unknown;
  readonly hasColour: boolean;
  /** Whether messages are laid out between notes, with a sign for their direction. */
  readonly isConversation: boolean;
  readonly json: boolean;
}

/** Bytes of a binary message that a terminal shows. */
const SHOWN_BYTES = 4096;

const CYAN = 36;
const GREY = 90;
const RED = 31;

export function createScreenOutput(options: ScreenOutputOptions): Output {
  const { print, isConversation, json, hasColour } = options;
  const paint = (text: string, colour: number) =>
    hasColour && isConversation ? `\x1b[${colour}m${text}\x1b[39m` : text;
  return {
    message(data) {
      const text = typeof data === "string" ? showText(data, json) : showBytes(data);
      print(isConversation ? paint(`< ${indent(text)}`, CYAN) : text);
    },
    note(text) {
      if (isConversation) print(paint(escapeControls(text), GREY));
    },
    problem(text) {
      const line = escapeControls(text);
      if (options.complain) options.complain(line);
      else print(paint(line, RED));
    },
  };
}

function showText(text: string, json: boolean): string {
  return escapeControls((json ? indentJson(text) : undefined) ?? text);
}

function showBytes(bytes: Uint8Array): string {
  const head = `binary, ${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}`;
  return bytes.length === 0 ? head : `${head}\n${formatHexDump(bytes, SHOWN_BYTES)}`;
}

/** So that no line of a message looks like a line of ours. */
function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
