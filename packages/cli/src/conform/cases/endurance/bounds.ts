/**
 * What the endurance cases share: pouring bytes in until they do not fit, seeing that the tested side
 * still serves, and the bounds. Memory is judged when the process is known, time always.
 */
import {
  type CaseDraft,
  type Finding,
  type OpenCase,
  type Rule,
  rfc6455,
  type Surroundings,
} from "../../case.ts";
import { text } from "../../inputs.ts";
import { describeEvent, failed, passed, tolerated } from "../../outcomes.ts";
import type { Peer } from "../../peer.ts";

const MIB = 1_048_576;
/** No case may take longer to be over. Milliseconds. */
export const TIME: number = 30_000;
/** How much a process may grow while a case runs. Bytes. */
export const MEMORY: number = 96 * MIB;

export const LIMITS: Rule = rfc6455(
  "10.4",
  "Implementations that have implementation- and/or platform-specific limitations […] MUST protect themselves against exceeding those limits.",
);

export interface Endurance
  extends Pick<CaseDraft, "slug" | "title" | "tested">,
    Pick<OpenCase, "deflate"> {
  readonly allowed?: string;
  play(peer: Peer, surroundings: Surroundings): Promise<Finding>;
}

const ALLOWED = "it answers on, or closes with a Close; another connection is served";

export function endurance({ play, allowed = ALLOWED, ...parts }: Endurance): CaseDraft {
  return {
    ...parts,
    kind: "open",
    alone: true,
    rule: LIMITS,
    allowed: `${allowed}; within ${TIME / 1000} s, and ${MEMORY / MIB} MiB where --pid is given`,
    play: (peer, surroundings) => judgeBounds(surroundings, () => play(peer, surroundings)),
  };
}

async function judgeBounds(
  { memory }: Surroundings,
  play: () => Promise<Finding>,
): Promise<Finding> {
  const start = performance.now();
  const before = await memory();
  let most = before ?? 0;
  const timer = setInterval(async () => {
    most = Math.max(most, (await memory()) ?? 0);
  }, 25);
  const finding = await play().finally(() => clearInterval(timer));
  most = Math.max(most, (await memory()) ?? 0);
  const seconds = (performance.now() - start) / 1000;
  const growth = most - (before ?? 0);
  const grown = before === undefined ? "" : `, ${Math.round(growth / MIB)} MiB more memory`;
  const note = `${seconds.toFixed(2)} s${grown}`;
  if (finding.verdict === "fail") return { ...finding, note };
  if (growth > MEMORY) return { ...failed("the process grew above the bound"), note };
  if (seconds * 1000 > TIME) return { ...failed("it took longer than the bound"), note };
  return { ...finding, note };
}

/** Sends the same bytes again and again; false when they are not taken any more. */
export async function pour(
  peer: Peer,
  bytes: Buffer,
  times: number,
  what: string,
): Promise<boolean> {
  peer.note(`${what}, ${times} times`);
  for (let count = 0; count < times; count++) {
    if (peer.wire.isOver) return false;
    peer.wire.write(bytes);
    if (peer.wire.unsent > MIB && !(await peer.wire.sent(peer.wait))) return false;
  }
  return true;
}

const MARK = "still there?";

/** Answers to what was poured are passed over until the mark comes back, or a Close does. */
export async function judgeAlive(peer: Peer, { another }: Surroundings): Promise<Finding> {
  peer.send(text(MARK));
  const own = await awaitMark(peer);
  if (own.verdict === "fail" || another === undefined) return own;
  const second = await another();
  second.send(text(MARK));
  const other = await awaitMark(second);
  if (other.verdict === "pass") return own;
  return failed(`${own.came}, but on another connection ${other.came}`);
}

async function awaitMark(peer: Peer): Promise<Finding> {
  const end = performance.now() + TIME;
  while (performance.now() < end) {
    const event = await peer.next();
    if (event.type === "text" && event.payload.equals(Buffer.from(MARK)))
      return passed("it answers on");
    if (event.type === "close") {
      peer.answerClose();
      return passed(describeEvent(event));
    }
    if (event.type === "end") return tolerated(`${describeEvent(event)}, without a Close`);
    if (event.type === "fault" || event.type === "silence")
      return failed(`${describeEvent(event)} came`);
  }
  return failed("no end of the answers came");
}
