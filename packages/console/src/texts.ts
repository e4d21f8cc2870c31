// What the console says while it runs, and nothing else. The words that always stand on the page are
// in index.html, each under a `data-text` key: a second language is a second object of this shape
// and a list of those keys.
import { closeCodeNames } from "./close-codes.ts";

export const texts = {
  none: "none",
  bytes: (count: number): string => `${count} B`,

  fileMissing: "Choose a file first.",
  fileUnreadable: (name: string): string => `“${name}” cannot be read. Choose it again.`,

  reasonLength: (bytes: number, limit: number): string => `${bytes} of ${limit} bytes`,

  copied: (count: number): string => `${count} ${count === 1 ? "entry" : "entries"} copied.`,
  copyFailed: "The browser did not allow copying.",
  logEmpty: "Nothing yet. Connect, and everything that goes over the line is listed here.",
  logNoMatch: "No entry matches.",
  counted: (shown: number, all: number): string =>
    shown === all ? `${all} ${all === 1 ? "entry" : "entries"}` : `${shown} of ${all} entries`,
  dropped: (count: number): string =>
    `${count} older ${count === 1 ? "entry was" : "entries were"} dropped: the log keeps the newest 5000.`,
  copyOne: "Copy message",
  cut: (shown: string, all: string): string => `The first ${shown} of ${all}.`,

  directions: { sent: "sent", received: "received", event: "event", problem: "problem" },
  kinds: {
    text: "text",
    binary: "binary",
    open: "open",
    close: "close",
    error: "error",
    connect: "connect",
  },
  emptyMessage: "(empty)",

  states: ["connecting", "open", "closing", "closed"],
  stateNames: ["CONNECTING", "OPEN", "CLOSING", "CLOSED"],

  notConnected: "Not connected.",
  connectingTo: (address: string): string => `Connecting to ${address}`,
  opened: (protocol: string, extensions: string): string => {
    const parts = [
      protocol === "" ? "" : `protocol ${protocol}`,
      extensions === "" ? "" : `extensions ${extensions}`,
    ].filter((part) => part !== "");
    return parts.length === 0 ? "Open" : `Open: ${parts.join(", ")}`;
  },
  closingWith: (code: number | undefined, reason: string): string => {
    if (code === undefined) return "Closing without a code";
    return reason === "" ? `Closing: code ${code}` : `Closing: code ${code}, “${reason}”`;
  },
  closed: (code: number, reason: string, wasClean: boolean): string => {
    const name = closeCodeNames[code];
    return [
      `Closed: code ${code}, ${wasClean ? "clean" : "not clean"}`,
      reason === "" ? "" : `, reason “${reason}”`,
      name === undefined ? "" : ` (${name})`,
    ].join("");
  },
  failedToOpen: (address: string): string =>
    `No connection to ${address}. Either nothing listens there, or the server refused: an unknown path, a foreign origin. A browser does not tell a page which; the server's log does.`,
  failedWhileOpen: "The connection failed.",

  addressMissing: "Enter an address, for example ws://localhost:9998/echo",
  addressUnreadable: (typed: string): string => `“${typed}” is not an address.`,
  addressScheme: (typed: string): string =>
    `An address starts with ws:// or wss://, “${typed}” does not.`,
  addressFragment: "An address has no fragment: remove the # and what follows it.",
  protocolName: (name: string): string =>
    `“${name}” is not a subprotocol's name: letters, digits and !#$%&'*+-.^_\`|~ only.`,
  protocolTwice: (name: string): string => `“${name}” is there twice: name each subprotocol once.`,
  refusedByBrowser: (message: string): string => `The browser refused: ${message}`,

  codeNotANumber: (typed: string): string =>
    `“${typed}” is not a close code: enter a whole number.`,
  codeNotAllowed: (typed: string): string =>
    `A page may close with 1000 or with 3000 to 4999, not with ${typed}.`,
  reasonTooLong: (bytes: number): string =>
    `A reason holds at most 123 bytes in UTF-8; this one has ${bytes}.`,
  reasonWithoutCode: "A reason needs a code: enter one, for example 1000.",

  hexNotADigit: (character: string): string => `“${character}” is not a hex digit (0-9, a-f).`,
  hexHalfAByte: (group: string): string =>
    `“${group}” ends with half a byte: each byte takes two digits.`,
  hexMissing: "Enter at least one byte, for example 48 69.",
} as const;
