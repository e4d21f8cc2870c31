/**
 * The events a client's WebSocket fires: the standard's own types, as cheap to make as the platform allows.
 *
 * `CloseEvent` is the platform's where it has one (not on Node 20), else the class below.
 * The `error` event is a plain Event, as the standard says, that also carries the `error` for programs.
 * Nothing here knows of connections.
 */
import { toUsvString } from "./idl.ts";

/** Fired once, when the connection is gone (HTML, "the CloseEvent interface"). */
export interface CloseEvent extends Event {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;
}

export interface CloseEventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
  readonly wasClean?: boolean;
  readonly code?: number;
  readonly reason?: string;
}

export interface CloseEventConstructor {
  readonly prototype: CloseEvent;
  new (type: string, init?: CloseEventInit): CloseEvent;
}

/** The `error` event: what the standard has, and for programs the reason. */
export interface WebSocketErrorEvent extends Event {
  readonly error: Error;
  readonly message: string;
}

class OwnCloseEvent extends Event implements CloseEvent {
  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(type: string, init: CloseEventInit | null = {}) {
    super(type, init ?? {});
    // WebIDL: boolean, unsigned short (modulo 2^16), and USVString.
    this.#wasClean = Boolean(init?.wasClean);
    this.#code = Number(init?.code ?? 0) & 0xffff;
    const reason = init?.reason;
    this.#reason = reason === undefined ? "" : toUsvString(reason);
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }
}
Object.defineProperty(OwnCloseEvent, "name", { value: "CloseEvent" });
for (const name of ["wasClean", "code", "reason"]) {
  Object.defineProperty(OwnCloseEvent.prototype, name, { enumerable: true });
}
Object.defineProperty(OwnCloseEvent.prototype, Symbol.toStringTag, {
  value: "CloseEvent",
  configurable: true,
});

export const CloseEvent: CloseEventConstructor =
  // The global is not in Node 20's types.
  (globalThis as { readonly CloseEvent?: CloseEventConstructor }).CloseEvent ?? OwnCloseEvent;

const noPorts: readonly never[] = Object.freeze([]);

/**
 * A MessageEvent to every caller (`instanceof`, `constructor`, every attribute), built by Event's
 * constructor alone: the platform's own also converts an init dictionary for each message.
 */
class IncomingMessage extends Event {
  readonly #data: unknown;
  readonly #origin: string;

  constructor(data: unknown, origin: string) {
    super("message");
    this.#data = data;
    this.#origin = origin;
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return "";
  }

  get source(): null {
    return null;
  }

  get ports(): readonly never[] {
    return noPorts;
  }
}
Object.setPrototypeOf(IncomingMessage.prototype, MessageEvent.prototype);
Object.defineProperty(IncomingMessage.prototype, "constructor", { value: MessageEvent });
Object.defineProperty(IncomingMessage.prototype, Symbol.toStringTag, {
  value: "MessageEvent",
  configurable: true,
});

class FailureEvent extends Event implements WebSocketErrorEvent {
  readonly #error: Error;

  constructor(error: Error) {
    super("error");
    this.#error = error;
  }

  get error(): Error {
    return this.#error;
  }

  get message(): string {
    return this.#error.message;
  }
}
Object.defineProperty(FailureEvent.prototype, "constructor", { value: Event });

/** Of the platform that this module was loaded on: a program may put a page's own Event in its place. */
const PlatformEvent = Event;

export function openEvent(): Event {
  return new PlatformEvent("open");
}

export function messageEvent(data: unknown, origin: string): Event {
  return new IncomingMessage(data, origin);
}

export function errorEvent(error: Error): WebSocketErrorEvent {
  return new FailureEvent(error);
}
