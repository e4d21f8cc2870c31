/**
 * Server-wide topics: who is subscribed, and messages for all of them.
 *
 * A message is encoded once, and compressed once for all subscribers whose compression is the same.
 * What one turn publishes to a topic gathers in one batch for each of these groups, and each
 * subscriber sends its part of it in one write; only a subscriber that cannot take part (its queue is
 * backed up, and limits and policies count its messages one by one) is sent each message apart.
 */
import { BATCH_SIZE, Batch } from "../connection/batch.ts";
import { type Member, Members } from "../connection/members.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import { flushAfterTurn } from "../connection/turn.ts";
import { CodecError, type SharedCodec } from "../protocol/codec.ts";
import { COPIED_PAYLOAD, encodeDeflated, encodeMessage } from "../protocol/writer.ts";
import { messageOf } from "./message-data.ts";

export interface Subscriber {
  /** What compresses for it: one and the same for all that agreed on the same; undefined for none. */
  readonly shared: SharedCodec | undefined;
  sendEncoded(frame: Uint8Array): boolean;
  joinBatch(batch: Batch, deflated: boolean): boolean;
  leaveBatch(): void;
}

/** One subscriber's to one topic. */
export interface Subscription extends Member {
  readonly name: string;
  readonly subscriber: Subscriber;
  readonly group: Group;
}

/** The subscribers of one topic that are sent the same bytes. */
interface Group {
  readonly shared: SharedCodec | undefined;
  readonly subscriptions: Members<Subscription>;
  /** What this turn published so far. */
  batch: Batch | undefined;
}

export class Topics {
  readonly #topics = new Map<string, readonly Group[]>();

  /** A subscriber subscribes to a topic once; whoever does it twice is sent everything twice. */
  subscribe(name: string, subscriber: Subscriber): Subscription {
    const group = this.#groupFor(name, subscriber.shared);
    const subscription = { place: 0, name, subscriber, group };
    group.subscriptions.add(subscription);
    return subscription;
  }

  #groupFor(name: string, shared: SharedCodec | undefined): Group {
    const groups = this.#topics.get(name) ?? [];
    const group = groups.find((one) => one.shared === shared);
    if (group !== undefined) return group;
    const made: Group = { shared, subscriptions: new Members(), batch: undefined };
    this.#topics.set(name, [...groups, made]);
    return made;
  }

  /** Nothing the second time. */
  unsubscribe(subscription: Subscription): void {
    const { name, subscriber, group } = subscription;
    if (!group.subscriptions.has(subscription)) return;
    group.subscriptions.delete(subscription);
    if (group.batch !== undefined) subscriber.leaveBatch();
    if (group.subscriptions.size > 0) return;
    const others = this.#topics.get(name)?.filter((one) => one !== group) ?? [];
    if (others.length === 0) this.#topics.delete(name);
    else this.#topics.set(name, others);
  }

  /** Sends to every subscriber but `except`; returns to how many. `compress`: as with `send`. */
  publish(
    name: string,
    data: string | Uint8Array | ArrayBuffer,
    except?: Subscriber,
    compress?: boolean,
  ): number {
    const message = messageOf(data);
    const groups = this.#topics.get(name);
    if (groups === undefined) return 0;
    const plain = encodeMessage(message, nodeRuntime);
    let count = 0;
    for (const group of groups) {
      const deflated = compress === false ? undefined : deflate(plain, group.shared, compress);
      count += sendTo(group, deflated ?? plain, deflated !== undefined, except);
    }
    return count;
  }
}

function sendTo(
  group: Group,
  frame: Uint8Array,
  deflated: boolean,
  except: Subscriber | undefined,
): number {
  const batch = frame.length > COPIED_PAYLOAD ? undefined : batchFor(group, frame.length);
  const apart: Subscription[] = [];
  let count = 0;
  for (const subscription of group.subscriptions) {
    const { subscriber } = subscription;
    if (subscriber === except) subscriber.leaveBatch();
    else if (batch !== undefined && subscriber.joinBatch(batch, deflated)) count++;
    else apart.push(subscription);
  }
  batch?.append(frame);
  // Only then: a handler hears of what is dropped, and what it sends takes others out of the batch.
  for (const subscription of apart) {
    if (!group.subscriptions.has(subscription)) continue;
    subscription.subscriber.sendEncoded(frame);
    count++;
  }
  return count;
}

/** Undefined where it goes out plain; so it does when the codec fails, for it is by itself either way. */
function deflate(
  frame: Uint8Array,
  shared: SharedCodec | undefined,
  force: boolean | undefined,
): Uint8Array | undefined {
  if (shared === undefined) return undefined;
  try {
    return encodeDeflated(frame, shared, nodeRuntime, force);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** The group's batch of this turn, or a new one where there is none or it is full. */
function batchFor(group: Group, size: number): Batch {
  if (group.batch === undefined) {
    flushAfterTurn({
      flush: () => {
        group.batch = undefined;
      },
    });
  }
  if (group.batch === undefined || group.batch.length + size > BATCH_SIZE)
    group.batch = new Batch();
  return group.batch;
}
