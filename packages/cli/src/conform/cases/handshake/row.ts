/**
 * A request to a server under test as a row of a table: the good request with a change, and what is
 * allowed. How a row is played, and how the answer is judged.
 */
import type { CaseDraft, Finding, RawDial, Rule } from "../../case.ts";
import {
  findFaultIn101,
  formatHead,
  type Head,
  type HeaderLine,
  KEY,
  readHead,
  requestFields,
} from "../../opening.ts";
import { failed, passed, tolerated } from "../../outcomes.ts";

/** What a server may answer, strict ones first. */
export type Allowed =
  /** 101 with all that belongs to it. */
  | "opens"
  /** To open is to the letter, to refuse is tolerated. */
  | "should-open"
  /** A status of 4xx or 5xx, or what is not 101; the end without an answer is tolerated. */
  | "refuses"
  /** To refuse is to the letter, to open is tolerated. */
  | "should-refuse"
  /** Both are to the letter. */
  | "either";

export interface Row {
  readonly slug: string;
  readonly title: string;
  readonly rule: Rule;
  readonly allowed: Allowed;
  readonly line?: (target: string) => string;
  /** Changes the good request's fields. */
  readonly fields?: (good: readonly HeaderLine[]) => readonly HeaderLine[];
  /** Changes the whole text. */
  readonly text?: (good: string) => string;
  /** Fields that a refusal must have. */
  readonly refusal?: (head: Head) => string | undefined;
  /** Fields that an answer must not have, or must have. */
  readonly answer?: (head: Head) => string | undefined;
  /** Sent in pieces of this many bytes. */
  readonly pieces?: number;
}

const SENTENCES: Readonly<Record<Allowed, string>> = {
  opens: "a 101 with Upgrade, Connection and the right Sec-WebSocket-Accept",
  "should-open": "a 101; tolerated: a status from 400 on",
  refuses: "a status from 400 on; tolerated: another status than 101, or the end without an answer",
  "should-refuse": "a status from 400 on; tolerated: a 101",
  either: "a 101, a status from 400 on, or the end",
};

export type Fields = (good: readonly HeaderLine[]) => readonly HeaderLine[];

export const without: (name: string) => Fields = (name) => (good) =>
  good.filter(([own]) => own !== name);
export const set: (name: string, value: string) => Fields = (name, value) => (good) =>
  good.map((field) => (field[0] === name ? [name, value] : field));
export const add: (...more: readonly HeaderLine[]) => Fields =
  (...more) =>
  (good) => [...good, ...more];
export const rename: (change: (name: string) => string) => Fields = (change) => (good) =>
  good.map(([name, value]) => [change(name), value]);

export function makeCase(row: Row): CaseDraft {
  const { slug, title, rule, allowed } = row;
  return {
    kind: "request",
    slug,
    title,
    rule,
    allowed: SENTENCES[allowed],
    play: async (dial) => {
      await sendRequest(row, dial);
      const reading = await readHead(dial.wire, dial.transcript, dial.wait);
      if (reading.type === "head") return judgeHead(row, reading.head, reading.status);
      if (reading.type === "silence") return failed("no answer came");
      return judgeEnd(allowed);
    },
  };
}

async function sendRequest(
  { line, fields = (good) => good, text = (good) => good, pieces }: Row,
  { wire, transcript, target, host }: RawDial,
): Promise<void> {
  const first = line?.(target) ?? `GET ${target} HTTP/1.1`;
  const good = formatHead(first, fields(requestFields(host))).toString("latin1");
  const bytes = Buffer.from(text(good), "latin1");
  transcript.add("suite", `a request of ${bytes.length} bytes`, bytes);
  if (pieces === undefined) return wire.write(bytes);
  for (let at = 0; at < bytes.length && !wire.isOver; at += pieces) {
    await wire.writeAlone(bytes.subarray(at, at + pieces));
  }
}

function judgeEnd(allowed: Allowed): Finding {
  if (allowed === "opens") return failed("the end came without an answer");
  return allowed === "either" ? passed("the end") : tolerated("the end without an answer");
}

function judgeHead({ allowed, refusal, answer }: Row, head: Head, status: number): Finding {
  const fault = answer?.(head);
  if (fault !== undefined) return failed(fault);
  if (status === 101) return judgeOpened(allowed, head);
  if (allowed === "opens") return failed(`${head.line} came, not a 101`);
  const missing = refusal?.(head);
  if (missing !== undefined) return tolerated(`${head.line}, ${missing}`);
  if (allowed === "should-open") return tolerated(`${head.line}, not a 101`);
  return status >= 400 || allowed === "either" ? passed(head.line) : tolerated(head.line);
}

function judgeOpened(allowed: Allowed, head: Head): Finding {
  if (allowed === "refuses") return failed("a 101 came");
  const fault = findFaultIn101(head, KEY);
  if (fault !== undefined) return failed(fault);
  return allowed === "should-refuse" ? tolerated("a 101") : passed("a 101");
}
