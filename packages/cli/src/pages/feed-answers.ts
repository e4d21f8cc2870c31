/**
 * The feed over plain HTTP: polled, polled with an answer that waits for the next value, and as
 * server-sent events. Each answer has the headers it needs and no more: they are what is compared.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FeedValue } from "./feed.ts";
import type { FeedRun, FeedRuns, Transport } from "./feed-run.ts";
import type { Account } from "./socket-meter.ts";

type FeedAnswer = (run: FeedRun, response: ServerResponse, after: number) => void;

interface FeedAddress {
  readonly transport: Transport;
  readonly answer: FeedAnswer;
}

const ADDRESSES: Readonly<Record<string, FeedAddress>> = {
  "/_trunkline/feed/poll": { transport: "poll", answer: answerPoll },
  "/_trunkline/feed/long-poll": { transport: "longPoll", answer: answerLongPoll },
  "/_trunkline/feed/events": { transport: "events", answer: answerEvents },
};

/** Bytes for a client that does not read; beyond, it has lost its turn. */
const MOST_WAITING = 1_000_000;

/** How a request of the feed is answered, and who pays for it. */
export interface FoundAnswer {
  readonly account: Account;
  answer(response: ServerResponse): void;
}

/** Undefined for what asks for no feed, or for one that is over. */
export function findFeedAnswer(runs: FeedRuns, request: IncomingMessage): FoundAnswer | undefined {
  const [path = "", query] = (request.url ?? "").split("?");
  const address = Object.hasOwn(ADDRESSES, path) ? ADDRESSES[path] : undefined;
  if (address === undefined || request.method !== "GET") return undefined;
  const asked = new URLSearchParams(query);
  const run = runs.find(asked.get("run"));
  if (run === undefined) return undefined;
  const after = Number(asked.get("after") ?? 0) || 0;
  return {
    account: run.accounts[address.transport],
    answer: (response) => address.answer(run, response, after),
  };
}

function answerPoll({ feed }: FeedRun, response: ServerResponse, after: number): void {
  sendValues(response, feed.after(after));
}

/** At once when something is new, else with the next value. */
function answerLongPoll(run: FeedRun, response: ServerResponse, after: number): void {
  const known = run.feed.after(after);
  if (known.length > 0) return sendValues(response, known);
  const stop = (): void => {
    unsubscribe();
    forget();
  };
  const unsubscribe = run.feed.subscribe((value) => {
    stop();
    sendValues(response, [value]);
  });
  const forget = run.atEnd(() => sendValues(response, []));
  response.once("close", stop);
}

function answerEvents(run: FeedRun, response: ServerResponse, after: number): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.flushHeaders();
  const write = ({ text }: FeedValue): void => {
    if (response.writableLength > MOST_WAITING) response.destroy();
    else response.write(`data: ${text}\n\n`);
  };
  for (const value of run.feed.after(after)) write(value);
  const unsubscribe = run.feed.subscribe(write);
  const forget = run.atEnd(() => response.end());
  response.once("close", () => {
    unsubscribe();
    forget();
  });
}

function sendValues(response: ServerResponse, values: readonly FeedValue[]): void {
  const body = `[${values.map(({ text }) => text).join(",")}]`;
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
