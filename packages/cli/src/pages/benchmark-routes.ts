/**
 * What the benchmark page measures against. `sink` takes messages and tells, when asked, how many and
 * how large they were; `source` sends what it is asked for; `echo` answers each message with itself.
 *
 * Every message is the pattern, the letters from a to z again and again, so that both ends can verify
 * it; a command is JSON and begins with a brace, which no message does. Compressed, the pattern would be
 * next to nothing, so nothing is.
 */
import { type ConversationHandler, defineHandler, type HooksHandler } from "trunkline/server";

/** The page goes up to 100 MB. */
const LARGEST = 100_000_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Made when it is needed, and as long as it was needed so far. */
let pattern = Buffer.alloc(0);

export function patternOf(size: number): Buffer {
  if (pattern.length < size) pattern = Buffer.alloc(size, LETTERS);
  return pattern.subarray(0, size);
}

interface Tally {
  messages: number;
  bytes: number;
  /** Messages that are not the pattern; only looked at where the page asked for it. */
  bad: number;
  readonly isVerified: boolean;
}

export const SINK: HooksHandler<Tally> = defineHandler<Tally>({
  maxMessageSize: LARGEST,
  perMessageDeflate: false,
  upgrade({ url }) {
    const isVerified = url.searchParams.get("verify") === "1";
    return { data: { messages: 0, bytes: 0, bad: 0, isVerified } };
  },
  message(socket, data) {
    const tally = socket.data;
    if (typeof data === "string" && data.startsWith("{")) {
      const { messages, bytes, bad } = tally;
      socket.send(JSON.stringify({ messages, bytes, bad }));
      Object.assign(tally, { messages: 0, bytes: 0, bad: 0 });
      return;
    }
    tally.messages++;
    // The pattern is ASCII: a character is a byte.
    tally.bytes += data.length;
    if (tally.isVerified && !isPattern(data)) tally.bad++;
  },
});

function isPattern(data: string | Uint8Array): boolean {
  const expected = patternOf(data.length);
  if (typeof data === "string") return data === expected.toString("latin1");
  return expected.equals(data);
}

interface Order {
  readonly count: number;
  readonly size: number;
  readonly binary: boolean;
}

export const SOURCE: ConversationHandler = defineHandler({
  maxMessageSize: 1024,
  perMessageDeflate: false,
  async conversation(socket) {
    for await (const data of socket) {
      const order = readOrder(data);
      if (order === undefined) return socket.close(1008, "no order");
      const bytes = patternOf(order.size);
      const message = order.binary ? bytes : bytes.toString("latin1");
      for (let sent = 0; sent < order.count && socket.readyState === 1; sent++) {
        if (!socket.send(message)) await socket.drained();
      }
    }
  },
});

function readOrder(data: string | Uint8Array): Order | undefined {
  try {
    const { count, size, binary } = JSON.parse(String(data)) as Partial<Record<string, unknown>>;
    if (!isWithin(count, 1_000_000) || !isWithin(size, LARGEST)) return undefined;
    return { count, size, binary: binary === true };
  } catch {
    return undefined;
  }
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

export const ECHO: ConversationHandler = defineHandler({
  maxMessageSize: LARGEST,
  perMessageDeflate: false,
  async conversation(socket) {
    for await (const data of socket) {
      if (!socket.send(data)) await socket.drained();
    }
  },
});
