/**
 * The two outcomes that most cases have, as what is spread into a case: what was sent comes back
 * (`echoes`), or the connection fails as the RFC wants it (`fails`). Also their parts, for cases with
 * a `play` of their own.
 */
import type { Finding, OpenCase, Verdict } from "./case.ts";
import { type FrameParts, RSV1 } from "./frame.ts";
import type { Message } from "./inbox.ts";
import type { Feed, Peer, PeerEvent } from "./peer.ts";
import { sizeOf } from "./transcript.ts";

export type Outcome = Pick<OpenCase, "kind" | "allowed" | "play">;

/** What should come: a message or a pong. */
export interface Expected {
  readonly type: "text" | "binary" | "pong";
  readonly payload: Uint8Array;
}

export interface Sending {
  readonly feed?: Feed;
}

/** The frames are legal: `expected` comes, messages in their order and pongs in theirs, and a close is answered. */
export function echoes(
  frames: readonly FrameParts[],
  expected: readonly Expected[],
  { feed = "whole" }: Sending = {},
): Outcome {
  return {
    kind: "open",
    allowed: describeExpected(expected),
    async play(peer) {
      await peer.feed(frames, feed);
      return (await findMissing(peer, expected)) ?? finish(peer);
    },
  };
}

/** Undefined when all of `expected` came; of several pings the last is enough. */
export async function findMissing(
  peer: Peer,
  expected: readonly Expected[],
): Promise<Finding | undefined> {
  const messages = expected.filter(({ type }) => type !== "pong");
  const pongs = expected.filter(({ type }) => type === "pong");
  while (messages.length + pongs.length > 0) {
    const event = await peer.next();
    const list = event.type === "pong" ? pongs : messages;
    // "MAY elect to send a Pong frame for only the most recently processed Ping frame" (5.5.3)
    const at = event.type === "pong" ? pongs.findIndex((one) => isSame(event, one)) : 0;
    const awaited = list[Math.max(0, at)];
    if (awaited === undefined || !isSame(event, awaited)) return unexpected(event, awaited);
    list.splice(0, at + 1);
  }
  return undefined;
}

/** Whether what came is what should. */
export function isSame(event: PeerEvent, expected: Expected): boolean {
  if (event.type !== expected.type || !("payload" in event)) return false;
  return event.payload.equals(expected.payload);
}

export function unexpected(event: PeerEvent, awaited: Expected | undefined): Finding {
  if (event.type === "fault") return failed(event.sentence);
  const instead = awaited === undefined ? "" : `, not ${describeOne(awaited)}`;
  return failed(`${describeEvent(event)} came${instead}`);
}

/** Closes with 1000 and sees that nothing else comes. A poor closing handshake is for the close group to judge. */
export async function finish(peer: Peer): Promise<Finding> {
  peer.close(1000);
  for (;;) {
    const event = await peer.next();
    if (event.type === "fault") return failed(event.sentence);
    if (event.type === "text" || event.type === "binary") {
      return failed(`${describeEvent(event)} came, which is one message too many`);
    }
    if (event.type !== "pong") return passed("as expected");
  }
}

export interface Failing extends Sending {
  /** Close codes that are to the letter. */
  readonly codes: readonly number[];
  /** What comes before the fault, and is to be answered. */
  readonly before?: readonly Expected[];
  /** Codes with which the tested side says that all was well; undefined stands for none. */
  readonly never?: readonly (number | undefined)[];
}

/** One of the frames is illegal: the tested side fails the connection (RFC 6455, section 7.1.7). */
export function fails(
  frames: readonly FrameParts[],
  { codes, before = [], feed = "whole", never = [] }: Failing,
): Outcome {
  return {
    kind: "open",
    allowed: describeFailing(codes, before),
    async play(peer) {
      await peer.feed(frames, feed);
      const finding = await awaitFailure(peer, codes, before);
      const isWell = never.some((code) => finding.came === `a Close with ${code ?? "no code"}`);
      return isWell ? failed(`${finding.came}, as if all was well`) : finding;
    },
  };
}

export function describeFailing(
  codes: readonly number[],
  before: readonly Expected[] = [],
): string {
  const first = before.length === 0 ? "" : `${describeExpected(before)}; then `;
  return `${first}a Close with ${codes.join(" or ")}, then the end; tolerated: another code, or the end alone`;
}

/**
 * A Close with the right code, which a failing endpoint SHOULD send, and the end. `first`: an event
 * that was read already.
 */
export async function awaitFailure(
  peer: Peer,
  codes: readonly number[],
  before: readonly Expected[] = [],
  first?: PeerEvent,
): Promise<Finding> {
  const awaited = [...before];
  for (let event = first ?? (await peer.next()); ; event = await peer.next()) {
    const expected = awaited[0];
    if (expected !== undefined && isSame(event, expected)) awaited.shift();
    else if (event.type === "close") return judgeClose(peer, event.code, codes, awaited);
    else if (event.type === "end") return tolerated(`${describeEvent(event)}, without a Close`);
    else if (event.type === "silence")
      return failed("nothing happened: the connection stayed open");
    else if (event.type === "fault") return failed(event.sentence);
    else return failed(`${describeEvent(event)} came`);
  }
}

/**
 * The fault is in what is sent first. To the letter is to fail at once; to fail only when `rest` has come
 * as well is tolerated. A ping behind the first part tells, by its pong, that the tested side reads on.
 */
export async function awaitEarlyFailure(
  peer: Peer,
  codes: readonly number[],
  sendRest: () => void,
): Promise<Finding> {
  const event = await peer.next(peer.wait / 2);
  if (event.type !== "pong" && event.type !== "silence") {
    return awaitFailure(peer, codes, [], event);
  }
  sendRest();
  const finding = await awaitFailure(peer, codes);
  return finding.verdict === "fail"
    ? finding
    : tolerated(`${finding.came}, but only once the rest had come`);
}

async function judgeClose(
  peer: Peer,
  code: number | undefined,
  codes: readonly number[],
  missing: readonly Expected[],
): Promise<Finding> {
  peer.answerClose();
  const came = `a Close with ${code ?? "no code"}`;
  const surplus = await awaitEnd(peer);
  if (surplus !== undefined) return failed(`${came}, then ${surplus}`);
  if (code === undefined || !codes.includes(code)) return tolerated(came);
  if (missing.length > 0) return tolerated(`${came}, without the answers to what came before`);
  return passed(`${came}, then the end`);
}

/** Undefined when the stream ends; else what came instead. A reset is an end. */
export async function awaitEnd(peer: Peer): Promise<string | undefined> {
  const event = await peer.next();
  if (event.type === "end") return undefined;
  return event.type === "silence" ? "no end: the connection stayed open" : describeEvent(event);
}

export function passed(came: string): Finding {
  return { verdict: "pass", came };
}

export function tolerated(came: string): Finding {
  return { verdict: "tolerated", came };
}

export function informational(came: string): Finding {
  return { verdict: "informational", came };
}

export function failed(came: string): Finding {
  return { verdict: "fail", came };
}

/** A finding whose verdict a condition decides. */
export function judged(verdict: Verdict, came: string): Finding {
  return { verdict, came };
}

export function describeEvent(event: PeerEvent): string {
  if (event.type === "text" || event.type === "binary") return describeMessage(event);
  if (event.type === "pong" || event.type === "ping")
    return `a ${event.type} of ${sizeOf(event.payload.length)}`;
  if (event.type === "close") return `a Close with ${event.code ?? "no code"}`;
  if (event.type === "end") return event.reset ? "a reset" : "the end of the stream";
  return event.type === "fault" ? event.sentence : "nothing";
}

function describeMessage({ type, payload, frames }: Message): string {
  const pieces = frames === 1 ? "" : ` in ${frames} frames`;
  return `a ${type} message of ${sizeOf(payload.length)}${pieces}`;
}

export function describeExpected(expected: readonly Expected[]): string {
  if (expected.length === 0) return "nothing comes, and a close is answered";
  if (expected.length > 4)
    return `${expected.length} answers in order, such as ${describeOne(expected[0])}`;
  return expected.map(describeOne).join(", ");
}

function describeOne(expected: Expected | undefined): string {
  if (expected === undefined) return "nothing";
  const { type, payload } = expected;
  return type === "pong"
    ? `a pong of ${sizeOf(payload.length)}`
    : `the ${type} message of ${sizeOf(payload.length)} back`;
}

export function compressed(frame: FrameParts): FrameParts {
  return { ...frame, rsv: RSV1 };
}
