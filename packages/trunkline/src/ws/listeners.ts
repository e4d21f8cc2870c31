/**
 * Listeners of the browser's kind on an EventEmitter: `addEventListener`, `onmessage` and their kin
 * become listeners of the emitter, which hand over an event object. What was added so is found again
 * by the function that was given.
 */
import type { EventEmitter } from "node:events";

/** A function, or an object with `handleEvent`. */
export type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

/** How the wrapped function is found again. */
interface Wrapper {
  (this: Target, ...args: unknown[]): void;
  [LISTENER]?: unknown;
  [IS_ATTRIBUTE]?: boolean;
}

/** Who has the listeners, as far as its events show it. */
interface Target extends EventEmitter {
  readonly _closeFrameReceived: boolean;
  readonly _closeFrameSent: boolean;
}

const LISTENER = Symbol("listener");
/** Set by `onmessage = …` and its kin: `removeEventListener` does not see it. */
const IS_ATTRIBUTE = Symbol("is attribute");

/** An event of a WebSocket: its type and its target. */
export class Event {
  readonly #type: string;
  readonly #target: unknown;

  constructor(type: string, target: unknown = null) {
    this.#type = type;
    this.#target = target;
  }

  get type(): string {
    return this.#type;
  }

  get target(): unknown {
    return this.#target;
  }
}

class MessageEvent extends Event {
  readonly #data: unknown;

  constructor(target: Target, data: unknown) {
    super("message", target);
    this.#data = data;
  }

  get data(): unknown {
    return this.#data;
  }
}

class CloseEvent extends Event {
  readonly #code: number;
  readonly #reason: string;
  readonly #wasClean: boolean;

  constructor(target: Target, code: number, reason: string) {
    super("close", target);
    this.#code = code;
    this.#reason = reason;
    this.#wasClean = target._closeFrameReceived && target._closeFrameSent;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }
}

class ErrorEvent extends Event {
  readonly #error: unknown;
  readonly #message: string;

  constructor(target: Target, error: unknown) {
    super("error", target);
    this.#error = error;
    this.#message = (error as Error).message; // what "error" is emitted with
  }

  get error(): unknown {
    return this.#error;
  }

  get message(): string {
    return this.#message;
  }
}

const shown: readonly [{ readonly prototype: object }, readonly string[]][] = [
  [Event, ["type", "target"]],
  [MessageEvent, ["data"]],
  [CloseEvent, ["code", "reason", "wasClean"]],
  [ErrorEvent, ["error", "message"]],
];
for (const [{ prototype }, names] of shown) {
  for (const name of names) Object.defineProperty(prototype, name, { enumerable: true });
}

/** How the arguments of the emitter's event become an event object. */
const toEvent: Readonly<Record<string, (target: Target, ...args: unknown[]) => Event>> = {
  open: (target) => new Event("open", target),
  message: (target, data, isBinary) => new MessageEvent(target, isBinary ? data : String(data)),
  close: (target, code, reason) => new CloseEvent(target, Number(code), String(reason)),
  error: (target, error) => new ErrorEvent(target, error),
};

/** Adds a listener of the browser's kind, once; nothing for events that a browser's socket has not. */
export function addListener(
  emitter: Target,
  type: string,
  listener: Listener,
  { once = false, isAttribute = false }: { once?: boolean; isAttribute?: boolean } = {},
): void {
  const make = Object.hasOwn(toEvent, type) ? toEvent[type] : undefined;
  if (make === undefined || (!isAttribute && findWrapper(emitter, type, listener) !== undefined))
    return;
  // `this` is who emits, and `emitter` may be a Proxy around it.
  const wrapper: Wrapper = function (...args) {
    call(listener, this, make(this, ...args));
  };
  wrapper[LISTENER] = listener;
  wrapper[IS_ATTRIBUTE] = isAttribute;
  if (once) emitter.once(type, wrapper);
  else emitter.on(type, wrapper);
}

export function removeListener(emitter: Target, type: string, listener: Listener): void {
  const wrapper = findWrapper(emitter, type, listener);
  if (wrapper !== undefined) emitter.removeListener(type, wrapper);
}

/** What `onmessage` and its kin give back. */
export function attributeOf(emitter: Target, type: string): unknown {
  return findAttribute(emitter, type)?.[LISTENER] ?? null;
}

/** What assigning to `onmessage` and its kin does: anything that is no function takes the listener away. */
export function setAttribute(emitter: Target, type: string, listener: unknown): void {
  const before = findAttribute(emitter, type);
  if (before !== undefined) emitter.removeListener(type, before);
  if (typeof listener !== "function") return;
  addListener(emitter, type, listener as (event: Event) => void, { isAttribute: true });
}

function findWrapper(emitter: Target, type: string, listener: Listener): Wrapper | undefined {
  return wrappersOf(emitter, type).find((one) => one[LISTENER] === listener && !one[IS_ATTRIBUTE]);
}

function findAttribute(emitter: Target, type: string): Wrapper | undefined {
  return wrappersOf(emitter, type).find((one) => one[IS_ATTRIBUTE]);
}

function wrappersOf(emitter: Target, type: string): Wrapper[] {
  return emitter.listeners(type) as Wrapper[];
}

function call(listener: Listener, target: Target, event: Event): void {
  if (typeof listener === "function") listener.call(target, event);
  else listener.handleEvent(event);
}
