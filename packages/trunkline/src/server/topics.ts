/**
 * Server-wide topics: who is subscribed, and a message for all of them, encoded once.
 */
import { nodeRuntime } from "../connection/node-runtime.ts";
import { encodeMessage } from "../protocol/writer.ts";
import { messageOf } from "./message-data.ts";

export interface Subscriber {
  sendEncoded(frame: Uint8Array): boolean;
}

export class Topics {
  readonly #subscribers = new Map<string, Set<Subscriber>>();

  subscribe(topic: string, subscriber: Subscriber): void {
    const set = this.#subscribers.get(topic);
    if (set === undefined) this.#subscribers.set(topic, new Set([subscriber]));
    else set.add(subscriber);
  }

  unsubscribe(topic: string, subscriber: Subscriber): void {
    const set = this.#subscribers.get(topic);
    if (set?.delete(subscriber) && set.size === 0) this.#subscribers.delete(topic);
  }

  /** Sends to every subscriber but `except`; returns to how many. */
  publish(topic: string, data: string | Uint8Array | ArrayBuffer, except?: Subscriber): number {
    const message = messageOf(data);
    const set = this.#subscribers.get(topic);
    if (set === undefined) return 0;
    const frame = encodeMessage(message, nodeRuntime);
    let count = 0;
    // A slow subscriber may be closed, and leave the set, while this runs; a Set allows that.
    for (const subscriber of set) {
      if (subscriber === except) continue;
      subscriber.sendEncoded(frame);
      count++;
    }
    return count;
  }
}
