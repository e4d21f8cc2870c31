/** What happened to a connection, as sentences. What a peer wrote in them is not escaped yet. */
import { DialError } from "trunkline/client";
import type { Agreement, Ending } from "./connection.ts";

export function describeAgreement({ protocol, extensions }: Agreement): string {
  const parts = [
    ...(protocol === "" ? [] : [`subprotocol ${protocol}`]),
    ...(extensions === "" ? [] : ["compressed"]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Characters of a refusing answer's body that are shown. */
const BODY = 2000;

/** The reason, and the refusing answer's body where it has one. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof DialError))
    return error instanceof Error ? `${error.message}.` : String(error);
  const sentence = endSentence(error.message.replace(LIBRARY_ADVICE, OUR_ADVICE));
  const body = error.body?.trim();
  if (error.status === undefined || !body) return sentence;
  return `${sentence}\n${body.length > BODY ? `${body.slice(0, BODY)}…` : body}`;
}

/** The library's option is none of the command line's. */
const LIBRARY_ADVICE = / \(a private CA goes into the option tls: \{ ca \}\)$/;
const OUR_ADVICE = "; --ca names a private CA, --insecure accepts any certificate";

function endSentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

const NAMES: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1007: "invalid payload data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
};

/** RFC 6455, section 7.1.5: 1005 is no code in the Close, 1006 no Close at all. */
export function describeEnding({ code, reason, wasClean, error }: Ending, byUs: boolean): string {
  if (error) return `The connection failed: ${error.message}.`;
  if (!wasClean) return "The connection was lost: the server ended it without a Close (1006).";
  const who = byUs ? "Closed" : "Closed by the server";
  if (code === 1005) return `${who}, without a code.`;
  const name = NAMES[code] === undefined ? "" : ` (${NAMES[code]})`;
  return `${who} with ${code}${name}${reason === "" ? "" : `: ${reason}`}`;
}

/** Whether a script should take it for one. What we asked for is none when it came about cleanly. */
export function isError({ code, wasClean }: Ending, byUs: boolean): boolean {
  if (!wasClean) return true;
  return !byUs && ![1000, 1001, 1005].includes(code);
}
