/**
 * What of `ws`'s receiver other packages touch: some set its limit once they know who it is. The
 * connection has no such object; this one is made when somebody asks, and emits nothing.
 */
import { EventEmitter } from "node:events";
import { boundOf } from "./connection-settings.ts";

/** The connection's side of it. */
export interface Limited {
  maxMessageSize: number;
}

export class ReceiverView extends EventEmitter {
  readonly #connection: Limited;
  #maxPayload: number;

  constructor(connection: Limited, maxPayload: number | undefined) {
    super();
    this.#connection = connection;
    this.#maxPayload = maxPayload ?? 0;
  }

  /** Bytes; 0 is any number. Holds from the next frame on. */
  get _maxPayload(): number {
    return this.#maxPayload;
  }

  set _maxPayload(bytes: number) {
    this.#maxPayload = bytes;
    this.#connection.maxMessageSize = boundOf(bytes);
  }
}
