/**
 * The wait for a handler's `upgrade`. It ends once, with whatever comes first: the handler's answer,
 * the client's going, the deadline, or the server's closing.
 */
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../connection/clock.ts";
import type { Member } from "../connection/members.ts";
import type { AnyHandler } from "./handler.ts";
import type { Refusal } from "./refusal.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** How a decision may end. */
export interface DecisionEnds {
  answered(answer: unknown): void;
  refused(response: Response, body: Uint8Array): void;
  failed(error: unknown): void;
  /** The time ran out, or `giveUp` was called. */
  gaveUp(refusal: Refusal): void;
  gone(): void;
}

export class Decision implements Member {
  place = 0;
  readonly #socket: Duplex;
  readonly #ends: DecisionEnds;
  readonly #timer: Timer;
  #settled = false;
  readonly #onGone = (): void => this.#settle(() => this.#ends.gone());

  constructor(socket: Duplex, clock: Clock, timeout: number, ends: DecisionEnds) {
    this.#socket = socket;
    this.#ends = ends;
    this.#timer = clock.setTimer(() => {
      this.giveUp({ status: 503, reason: "The handler did not decide in time." });
    }, timeout);
    socket.once("close", this.#onGone);
    // A FIN before the answer: a client waits for its 101 with the stream open.
    socket.once("end", this.#onGone);
  }

  /** Asks the handler. Called once. */
  ask(handler: AnyHandler, request: UpgradeRequest): void {
    askHandler(handler, request).then(
      ({ answer, body }) =>
        this.#settle(() => {
          if (body === undefined) this.#ends.answered(answer);
          else this.#ends.refused(answer as Response, body); // only a Response has a body here
        }),
      (error: unknown) => this.#settle(() => this.#ends.failed(error)),
    );
  }

  giveUp(refusal: Refusal): void {
    this.#settle(() => this.#ends.gaveUp(refusal));
  }

  #settle(act: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer.cancel();
    this.#socket.off("close", this.#onGone);
    this.#socket.off("end", this.#onGone);
    act();
  }
}

interface Answer {
  readonly answer: unknown;
  /** Of a Response. It is read here, so that the deadline bounds a body that never ends. */
  readonly body?: Uint8Array;
}

async function askHandler(handler: AnyHandler, request: UpgradeRequest): Promise<Answer> {
  const answer = await callUpgrade(handler, request);
  if (!(answer instanceof Response)) return { answer };
  // Response.error() is of this type; every other Response has a status from 200 on.
  if (answer.type === "error") return { answer, body: new Uint8Array(0) };
  return { answer, body: new Uint8Array(await answer.arrayBuffer()) };
}

/** "Throwing or returning a Response refuses with it." */
async function callUpgrade(handler: AnyHandler, request: UpgradeRequest): Promise<unknown> {
  try {
    return await handler.upgrade?.(request);
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    throw thrown;
  }
}
