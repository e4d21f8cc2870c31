/**
 * An answer to a client's opening handshake as a row of a table: the good 101 with a change, and what the
 * client may do. A text frame follows each answer at once: a client for which the WebSocket is open
 * echoes it, any other ends the stream.
 */
import type { AnswerCase, Arrival, Finding, Rule } from "../../case.ts";
import { text } from "../../inputs.ts";
import { answerFields, formatHead, type HeaderLine } from "../../opening.ts";
import { describeEvent, failed, finish, passed, tolerated } from "../../outcomes.ts";
import { Peer, type PeerEvent } from "../../peer.ts";

/** What a client may do, strict ones first. */
export type Allowed =
  /** To open. */
  | "opens"
  /** To open is to the letter, to fail is tolerated. */
  | "should-open"
  /** To fail: no frame goes out, and the stream ends. */
  | "fails"
  /** To fail is to the letter, to open is tolerated. */
  | "should-fail"
  /** Both are to the letter. */
  | "either";

export interface Row {
  readonly slug: string;
  readonly title: string;
  readonly rule: Rule;
  readonly allowed: Allowed;
  readonly line?: string;
  /** Changes the good answer's fields. */
  readonly fields?: Fields;
  /** Changes the whole text. */
  readonly text?: (good: string) => string;
  /** Sent in pieces of this many bytes. */
  readonly pieces?: number;
  /** The stream ends behind the answer, and no frame follows. */
  readonly ends?: boolean;
}

/** `key` is what the client sent. */
export type Fields = (good: readonly HeaderLine[], key: string) => readonly HeaderLine[];

const SENTENCES: Readonly<Record<Allowed, string>> = {
  opens: "the connection opens, and the text comes back",
  "should-open": "the connection opens, and the text comes back; tolerated: it ends",
  fails: "the end without a frame; tolerated: a Close first",
  "should-fail": "the end without a frame; tolerated: the connection opens",
  either: "the connection opens, and the text comes back; or it ends",
};

export const GOOD_LINE = "HTTP/1.1 101 Switching Protocols";
const MARK = "is it open?";

export function makeCase(row: Row): AnswerCase {
  const { slug, title, rule, allowed } = row;
  return {
    kind: "answer",
    slug,
    title,
    rule,
    allowed: SENTENCES[allowed],
    async play(arrival) {
      const peer = await sendAnswer(row, arrival);
      return judge(allowed, peer, await peer.next());
    },
  };
}

async function sendAnswer(row: Row, arrival: Arrival): Promise<Peer> {
  const { line = GOOD_LINE, fields, text: change, pieces, ends = false } = row;
  const { wire, transcript, wait, headers, accept } = arrival;
  const good = answerFields(accept);
  const own = fields?.(good, headers.get("sec-websocket-key") ?? "") ?? good;
  const head = formatHead(line, own).toString("latin1");
  const peer = new Peer({ role: "server", wire, transcript, wait });
  const answer = Buffer.from(change?.(head) ?? head, "latin1");
  const bytes = ends ? answer : Buffer.concat([answer, peer.encode(text(MARK))]);
  transcript.add("suite", `${line}${ends ? ", and the end" : ", and a text"}`, bytes);
  await send(bytes, pieces ?? bytes.length, arrival);
  if (ends) wire.end();
  return peer;
}

async function send(bytes: Buffer, size: number, { wire }: Arrival): Promise<void> {
  if (size >= bytes.length) return wire.write(bytes);
  for (let at = 0; at < bytes.length && !wire.isOver; at += size) {
    await wire.writeAlone(bytes.subarray(at, at + size));
  }
}

async function judge(allowed: Allowed, peer: Peer, event: PeerEvent): Promise<Finding> {
  if (event.type === "silence") return failed("nothing came, and the connection stayed open");
  if (event.type === "end") return judgeEnd(allowed, event);
  const isOpen = event.type === "text" && event.payload.equals(Buffer.from(MARK));
  if (isOpen) return judgeOpened(allowed, peer);
  const came = describeEvent(event);
  if (event.type === "fault") return failed(`it opened, and ${came}`);
  return event.type === "close" && allowed !== "opens" ? tolerated(came) : failed(`${came} came`);
}

function judgeEnd(allowed: Allowed, event: PeerEvent): Finding {
  const came = describeEvent(event);
  if (allowed === "opens") return failed(`${came} came: it did not open`);
  return allowed === "should-open" ? tolerated(`${came}: it did not open`) : passed(came);
}

function judgeOpened(allowed: Allowed, peer: Peer): Promise<Finding> | Finding {
  if (allowed === "fails") return failed("it opened");
  return allowed === "should-fail" ? tolerated("it opened") : finish(peer);
}

export const add: (...more: readonly HeaderLine[]) => Fields =
  (...more) =>
  (good) => [...good, ...more];
export const without: (name: string) => Fields = (name) => (good) =>
  good.filter(([own]) => own !== name);
export const set: (name: string, value: string) => Fields = (name, value) => (good) =>
  good.map((field) => (field[0] === name ? [name, value] : field));
