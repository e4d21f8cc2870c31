/**
 * The feed by WebSocket, and the control socket of the polling page: it opens a run, tells the page
 * what the accounts say, sets the rate, and answers with the server's time.
 */
import { defineHandler, type HooksHandler } from "trunkline/server";
import { type Clock, repeat } from "../clock.ts";
import type { FeedRun, FeedRuns } from "./feed-run.ts";
import type { SocketMeter } from "./socket-meter.ts";

/** Milliseconds between two reports of the accounts. */
const REPORT_EVERY = 250;

export function makeFeedHandler(
  runs: FeedRuns,
  meter: SocketMeter,
): HooksHandler<{ readonly run: FeedRun }> {
  return defineHandler<{ readonly run: FeedRun }>({
    // Ways of transport are compared, and none of the others is compressed.
    perMessageDeflate: false,
    upgrade(request) {
      const run = runs.find(request.url.searchParams.get("run"));
      if (run === undefined) return new Response("There is no such run.\n", { status: 404 });
      const { socket } = request.raw;
      socket.once("close", meter.begin(socket, run.accounts.socket));
      return { data: { run } };
    },
    open(socket) {
      const { feed } = socket.data.run;
      const end = feed.subscribe(({ text }) => socket.send(text));
      const forget = socket.data.run.atEnd(() => socket.close(1000, "the run is over"));
      socket.closed.then(end).then(forget);
    },
  });
}

/** What the page may say. */
interface Command {
  readonly rate?: unknown;
  /** Comes back, with the server's time. */
  readonly ping?: unknown;
}

export function makeControlHandler(
  runs: FeedRuns,
  meter: SocketMeter,
  clock: Clock,
): HooksHandler<{ readonly run: FeedRun }> {
  return defineHandler<{ readonly run: FeedRun }>({
    maxMessageSize: 1024,
    upgrade() {
      const run = runs.open();
      return run ? { data: { run } } : new Response("Too many pages run.\n", { status: 503 });
    },
    open(socket) {
      const { run } = socket.data;
      const report = (): void => {
        meter.settle();
        const { seq, rate } = run.feed;
        socket.send(JSON.stringify({ run: run.id, seq, rate, accounts: run.accounts }));
      };
      const timer = repeat(clock, report, REPORT_EVERY);
      run.atEnd(() => timer.cancel());
      report();
    },
    message(socket, data) {
      const { rate, ping } = readCommand(data);
      const time = clock.now();
      if (typeof ping === "number") socket.send(JSON.stringify({ ping, time }));
      if (rate === undefined) return;
      if (typeof rate === "number" && socket.data.run.feed.setRate(rate)) return;
      socket.close(1008, "no such rate");
    },
    close(socket) {
      socket.data.run.end();
    },
  });
}

function readCommand(data: string | Uint8Array): Command {
  try {
    const command: unknown = JSON.parse(String(data));
    return typeof command === "object" && command !== null ? command : {};
  } catch {
    return {};
  }
}
