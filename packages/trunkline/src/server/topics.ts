/**
 * Server-wide topics: who is subscribed, and messages for all of them.
 *
 * A message is encoded once. What one turn publishes to a topic gathers in one batch, and each
 * subscriber sends its part of it in one write; only a subscriber that cannot take part (its queue is
 * backed up, and limits and policies count its messages one by one) is sent each message apart.
 */
import { BATCH_SIZE, Batch } from "../connection/batch.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { flushAfterTurn } from "../connection/turn.ts";
import { COPIED_PAYLOAD, encodeMessage } from "../protocol/writer.ts";
import { messageOf } from "./message-data.ts";

export interface Subscriber {
  sendEncoded(frame: Uint8Array): boolean;
  joinBatch(batch: Batch): boolean;
  leaveBatch(): void;
}

interface Topic {
  readonly subscribers: Set<Subscriber>;
  /** What this turn published so far. */
  batch: Batch | undefined;
}

export class Topics {
  readonly #topics = new Map<string, Topic>();

  subscribe(name: string, subscriber: Subscriber): void {
    const topic = this.#topics.get(name);
    if (topic !== undefined) topic.subscribers.add(subscriber);
    else this.#topics.set(name, { subscribers: new Set([subscriber]), batch: undefined });
  }

  unsubscribe(name: string, subscriber: Subscriber): void {
    const topic = this.#topics.get(name);
    if (!topic?.subscribers.delete(subscriber)) return;
    if (topic.batch !== undefined) subscriber.leaveBatch();
    if (topic.subscribers.size === 0) this.#topics.delete(name);
  }

  /** Sends to every subscriber but `except`; returns to how many. */
  publish(name: string, data: string | Uint8Array | ArrayBuffer, except?: Subscriber): number {
    const message = messageOf(data);
    const topic = this.#topics.get(name);
    if (topic === undefined) return 0;
    const frame = encodeMessage(message, nodeRuntime);
    const batch = frame.length > COPIED_PAYLOAD ? undefined : batchFor(topic, frame.length);
    let count = 0;
    // A slow subscriber may be closed, and leave the set, while this runs; a Set allows that.
    for (const subscriber of topic.subscribers) {
      if (subscriber === except) {
        subscriber.leaveBatch();
        continue;
      }
      if (batch === undefined || !subscriber.joinBatch(batch)) subscriber.sendEncoded(frame);
      count++;
    }
    batch?.append(frame);
    return count;
  }
}

/** The topic's batch of this turn, or a new one where there is none or it is full. */
function batchFor(topic: Topic, size: number): Batch {
  if (topic.batch === undefined) {
    flushAfterTurn({
      flush: () => {
        topic.batch = undefined;
      },
    });
  }
  if (topic.batch === undefined || topic.batch.length + size > BATCH_SIZE)
    topic.batch = new Batch();
  return topic.batch;
}
