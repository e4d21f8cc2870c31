/** For tests: a session over peers that do what the test says, with all that it shows. */
import { ManualClock } from "trunkline/testing";
import type { Agreement, Connection, Ending } from "./connection.ts";
import { type Output, Session } from "./session.ts";

type Send = (data: string | Uint8Array) => void;

export class FakePeer implements Connection {
  readonly sent: (string | Uint8Array)[] = [];
  readonly opened: Promise<Agreement>;
  readonly closed: Promise<Ending>;
  bufferedAmount = 0;
  /** What comes for a message. */
  answer: (data: string | Uint8Array, say: Send) => void = (data, say) => say(data);
  say: Send = () => {};
  open: (agreement?: Partial<Agreement>) => void = () => {};
  refuse: (error: Error) => void = () => {};
  #hasEnded = false;
  #end: (ending: Ending) => void = () => {};

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.open = (agreement) => resolve({ protocol: "", extensions: "", ...agreement });
      this.refuse = reject;
    });
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
    this.answer(data, this.say);
  }

  ping(data: string): Promise<boolean> {
    this.sent.push(`ping ${data}`);
    return Promise.resolve(true);
  }

  close(code = 1005, reason = ""): void {
    if (this.#hasEnded) return;
    if (code === 1005) this.refuse(new Error("given up"));
    if (code === 1006) throw new RangeError("1006 may not be sent");
    this.sent.push(`close ${code} ${reason}`.trim());
    this.end({ code, reason });
  }

  end(ending: Partial<Ending>): void {
    this.#hasEnded = true;
    this.#end({ code: 1000, reason: "", wasClean: true, error: undefined, ...ending });
  }
}

export interface Stage {
  readonly session: Session;
  /** The peers that were dialled, in their order. */
  readonly peers: readonly FakePeer[];
  /** What was shown: messages as `< text`, problems as `! text`, notes as they are. */
  readonly shown: readonly string[];
  readonly clock: ManualClock;
}

export interface StageOptions {
  readonly isInteractive?: boolean;
  readonly sendsBinary?: boolean;
  /** In the place of `shown`. */
  readonly output?: Output;
  /** Called with each peer that is dialled; by default it opens. */
  prepare?(peer: FakePeer): void;
}

export function makeStage(options: StageOptions = {}): Stage {
  const { prepare = (peer: FakePeer) => peer.open() } = options;
  const peers: FakePeer[] = [];
  const shown: string[] = [];
  const clock = new ManualClock();
  const session = new Session({
    dial(onMessage) {
      const peer = new FakePeer();
      peer.say = onMessage;
      peers.push(peer);
      prepare(peer);
      return peer;
    },
    address: "ws://test/",
    output: options.output ?? {
      message: (data) => shown.push(`< ${typeof data === "string" ? data : `[${data.join()}]`}`),
      note: (text) => shown.push(text),
      problem: (text) => shown.push(`! ${text}`),
    },
    clock,
    sendsBinary: options.sendsBinary ?? false,
    isInteractive: options.isInteractive ?? true,
  });
  return { session, peers, shown, clock };
}
