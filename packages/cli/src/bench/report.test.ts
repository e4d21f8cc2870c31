import assert from "node:assert/strict";
import { createHistogram } from "node:perf_hooks";
import { describe, it } from "node:test";
import { formatJson, formatLoad, formatResults, type Results } from "./report.ts";

const load: Results["load"] = {
  url: "ws://localhost:9998/echo",
  connections: 1000,
  inFlight: 16,
  rate: undefined,
  message: { bytes: 1024, kind: "text" },
  compressed: false,
};

function results(changes: Partial<Results> = {}): Results {
  const handshakes = createHistogram();
  const latencies = createHistogram();
  for (let at = 1; at <= 1000; at++) {
    handshakes.record(at * 1e5);
    latencies.record(at * 1e3);
  }
  return {
    load,
    opening: 1234,
    handshakes,
    latencies,
    measured: 2000,
    answered: 200_000,
    unanswered: 0,
    leftOut: 0,
    lost: [],
    server: { pids: [7], cpu: 1000, memory: { before: 52_428_800, after: 62_914_560 } },
    ownCpu: 1000,
    ...changes,
  };
}

describe("the report of bench", () => {
  it("says what is done before it is", () => {
    assert.equal(
      formatLoad(load),
      "ws://localhost:9998/echo: 1,000 connections, 16 in flight on each, 1,024 bytes of text\n",
    );
    const message = { bytes: 64, kind: "binary" } as const;
    assert.equal(
      formatLoad({ ...load, rate: 20_000, message, compressed: true }),
      "ws://localhost:9998/echo: 1,000 connections, 20,000 messages a second, 64 bytes of binary, compressed where that pays\n",
    );
  });

  it("has a line for each thing", () => {
    assert.equal(
      formatResults(results()),
      `opened     1,000 in 1.23 s
handshake  p50 50 ms   p90 90 ms   p99 99 ms   p99.9 99.9 ms   max 100 ms
messages   200,000 answered in 2 s: 100,000/s, 97.7 MiB/s sent
latency    p50 500 µs   p90 900 µs   p99 990 µs   p99.9 999 µs   max 1 ms
server     process 7: 5 µs of CPU a message, 50 % of a core, memory 50 MiB -> 60 MiB
this side  50 % of a core
`,
    );
  });

  it("says when it was itself the limit, unless a rate was", () => {
    const busy = { ownCpu: 1900 };
    assert.match(formatResults(results(busy)), /95 % of a core: the server may well do more/);
    const rated = formatResults(results({ ...busy, load: { ...load, rate: 5 } }));
    assert.match(rated, /this side {2}95 % of a core\n/);
  });

  it("says that the server cannot be seen, and counts its processes", () => {
    assert.match(formatResults(results({ server: undefined })), /server {5}not seen: .*--pid/);
    const server = { pids: [7, 8], cpu: 3000, memory: { before: 1, after: 2 } };
    assert.match(formatResults(results({ server })), /2 processes: 15 µs .*, 150 % of a core/);
  });

  it("tells what was lost, left out or not answered", () => {
    const text = formatResults(results({ unanswered: 3, leftOut: 1200, lost: [1011, 1006, 1011] }));
    assert.match(
      text,
      /\nDue and not sent, .*: 1,200 messages\.\nNot answered in time: 3 messages\.\n/,
    );
    const one = formatResults(results({ load: { ...load, connections: 1 }, lost: [1006] }));
    assert.match(one, /\nThe server ended 1 connection: 1 with 1006\.\n$/);
    assert.match(formatLoad({ ...load, connections: 1 }), /: 1 connection, 16 in flight/);
    assert.match(text, /\nThe server ended 3 connections: 1 with 1006, 2 with 1011\.\n$/);
  });

  it("has no numbers where nothing was answered", () => {
    const none = results({ answered: 0, latencies: createHistogram() });
    const text = formatResults(none);
    assert.match(text, /latency {4}none was answered\nserver {5}process 7: 50 % of a core/);
    const { latency, server } = JSON.parse(formatJson(none));
    assert.deepEqual([latency, server.microsecondsPerMessage], [null, null]);
    assert.doesNotMatch(text, /NaN|Infinity/);
  });

  it("is JSON for a script", () => {
    const { load: asked, ...rest } = JSON.parse(formatJson(results({ lost: [1001] })));
    assert.deepEqual(asked, {
      url: "ws://localhost:9998/echo",
      connections: 1000,
      inFlight: 16,
      message: { bytes: 1024, kind: "text" },
      compressed: false,
    });
    assert.deepEqual(rest, {
      opening: {
        milliseconds: 1234,
        handshakes: { p50: 50, p90: 90, p99: 99, "p99.9": 99.9, max: 100 },
      },
      messages: {
        milliseconds: 2000,
        answered: 200_000,
        perSecond: 100_000,
        unanswered: 0,
        leftOut: 0,
      },
      latency: { p50: 0.5, p90: 0.9, p99: 0.99, "p99.9": 0.999, max: 1 },
      server: {
        pids: [7],
        cores: 0.5,
        microsecondsPerMessage: 5,
        memory: { before: 52_428_800, after: 62_914_560 },
      },
      thisSide: { cores: 0.5 },
      lost: [1001],
    });
    const rated = JSON.parse(
      formatJson(results({ load: { ...load, rate: 5 }, server: undefined })),
    );
    assert.deepEqual([rated.load.rate, rated.load.inFlight, rated.server], [5, undefined, null]);
  });
});
