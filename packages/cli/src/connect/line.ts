/** A line as it is typed, or given to --execute: what it asks for. It does nothing by itself. */
import { nearest } from "../nearest.ts";

export type Line =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "ping"; readonly data: string }
  | { readonly type: "close"; readonly code: number | undefined; readonly reason: string }
  | { readonly type: "send"; readonly path: string }
  | { readonly type: "reconnect" | "help" | "quit" }
  | { readonly type: "mistake"; readonly sentence: string };

/** What each command is for; its order is that of /help. */
export const LINE_COMMANDS: Readonly<Record<string, readonly [usage: string, meaning: string]>> = {
  "/ping": ["/ping [data]", "send a ping, and say when its pong comes"],
  "/close": ["/close [code [reason]]", "close, with 1000 unless there is a code"],
  "/send": ["/send FILE", "send a file: text if it is UTF-8, else binary"],
  "/reconnect": ["/reconnect", "close what is open, and connect anew"],
  "/help": ["/help", "show this"],
  "/quit": ["/quit", "close with 1000, and end; so does Ctrl-D"],
};

export function parseLine(line: string): Line {
  if (line.startsWith("//")) return { type: "text", text: line.slice(1) };
  if (!line.startsWith("/")) return { type: "text", text: line };
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  if (word === "/ping") return { type: "ping", data: rest };
  if (word === "/close") return parseClose(rest);
  if (word === "/send") return parseSend(rest);
  if (word === "/reconnect") return { type: "reconnect" };
  if (word === "/help") return { type: "help" };
  if (word === "/quit") return { type: "quit" };
  return { type: "mistake", sentence: describeUnknown(word) };
}

function parseClose(rest: string): Line {
  if (rest === "") return { type: "close", code: 1000, reason: "" };
  const [, digits, reason = ""] = /^(\d+)(?:\s+(.*))?$/s.exec(rest) ?? [];
  if (digits === undefined) {
    return { type: "mistake", sentence: "a code comes first, as in: /close 1001 going away" };
  }
  return { type: "close", code: Number(digits), reason };
}

function parseSend(path: string): Line {
  if (path === "") return { type: "mistake", sentence: "which file? As in: /send image.png" };
  return { type: "send", path };
}

function describeUnknown(word: string): string {
  const near = nearest(word, Object.keys(LINE_COMMANDS));
  const hint = near === undefined ? "/help lists them." : `did you mean ${near}?`;
  return `there is no command ${word}; ${hint} A line that begins with // sends the rest with one slash.`;
}
