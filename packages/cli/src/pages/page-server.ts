/**
 * What the console's pages need of the server, all of it under `/_trunkline/`: sockets, the feed over
 * plain HTTP, and the count of what that costs. It is there only where the console is.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServeOptions } from "trunkline/server";
import { type Clock, machineClock } from "../clock.ts";
import { ECHO, SINK, SOURCE } from "./benchmark-routes.ts";
import { findFeedAnswer } from "./feed-answers.ts";
import { makeControlHandler, makeFeedHandler } from "./feed-routes.ts";
import { FeedRuns } from "./feed-run.ts";
import { EVENTS, makePushHandler, makeSlowHandler } from "./lesson-routes.ts";
import { SocketMeter } from "./socket-meter.ts";

export interface PageServer {
  readonly routes: ServeOptions["routes"];
  /**
   * Counts a plain request to whom it belongs, and answers it where it asks for the feed; else false.
   * Every request has to come here, and first: see `socket-meter.ts`.
   */
  take(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createPageServer(clock: Clock = machineClock): PageServer {
  const meter = new SocketMeter();
  const runs = new FeedRuns(clock);
  return {
    routes: {
      "/_trunkline/feed/socket": makeFeedHandler(runs, meter),
      "/_trunkline/feed/control": makeControlHandler(runs, meter, clock),
      "/_trunkline/benchmark/sink": SINK,
      "/_trunkline/benchmark/source": SOURCE,
      "/_trunkline/benchmark/echo": ECHO,
      "/_trunkline/lessons/events": EVENTS,
      "/_trunkline/lessons/slow": makeSlowHandler(clock),
      "/_trunkline/lessons/push": makePushHandler(clock),
    },
    take(request, response) {
      const found = findFeedAnswer(runs, request);
      const end = meter.begin(request.socket, found?.account);
      // Whole, or cut off: whichever comes first.
      response.once("finish", end);
      response.once("close", end);
      found?.answer(response);
      return found !== undefined;
    },
  };
}
