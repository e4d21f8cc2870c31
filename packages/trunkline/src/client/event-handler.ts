/**
 * One event handler attribute (`onmessage` and its like), as HTML's section "Event handlers" has it.
 *
 * The listener takes its place among the others when the attribute is first set, keeps it while
 * functions replace each other, and loses it when the attribute becomes null.
 */
export class EventHandler {
  readonly #target: EventTarget;
  readonly #type: string;
  #value: object | null = null;
  // "process an event with an event handler": one listener for every value it takes.
  readonly #listener = (event: Event): void => {
    if (typeof this.#value === "function") this.#value.call(event.currentTarget, event);
  };

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get value(): object | null {
    return this.#value;
  }

  /** [LegacyTreatNonObjectAsNull]: an object that cannot be called is kept, and not called. */
  set(value: unknown): void {
    const handler = isObject(value) ? value : null;
    if (this.#value === null && handler !== null) {
      this.#target.addEventListener(this.#type, this.#listener);
    } else if (this.#value !== null && handler === null) {
      this.#target.removeEventListener(this.#type, this.#listener);
    }
    this.#value = handler;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}
