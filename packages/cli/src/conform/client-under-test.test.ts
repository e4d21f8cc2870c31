import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { WebSocket } from "trunkline/client";
import type { Case } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { ClientUnderTest } from "./client-under-test.ts";
import { BINARY, encodeFrame, TEXT } from "./frame.ts";
import { formatHead, requestFields } from "./opening.ts";
import { selectCases } from "./selection.ts";

const ALL: readonly Case[] = makeGroups().flatMap(({ cases }) => cases);

interface RunReport {
  readonly cases: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly came: string;
  }[];
}

interface CaseList {
  readonly count: number;
  readonly cases: readonly {
    readonly number: number;
    readonly id: string;
    readonly verdict?: string;
  }[];
}

async function start(t: TestContext, ...only: readonly string[]) {
  const { cases } = selectCases(ALL, { only });
  const tested = new ClientUnderTest({ cases, host: "127.0.0.1", port: 0, wait: 5000 });
  const port = await tested.listen();
  t.after(() => tested.close());
  return { tested, port, base: `127.0.0.1:${port}` };
}

/** Comes for the first case, sends `bytes` behind its request or the answer, and reads to the end. */
async function come(port: number, bytes: Buffer, when: "at once" | "opened"): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  const request = formatHead("GET /case/1 HTTP/1.1", requestFields(`127.0.0.1:${port}`));
  socket.write(when === "at once" ? Buffer.concat([request, bytes]) : request);
  if (when === "opened") socket.once("data", () => socket.end(bytes));
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "close");
  return text;
}

async function verdicts(base: string): Promise<readonly string[]> {
  const report = (await (await fetch(`http://${base}/report?agent=test`)).json()) as RunReport; // our own answer
  return report.cases.map(({ id, verdict, came }) => [id, verdict, came].join(" "));
}

describe("the suite as a server for clients", () => {
  it("lists the cases for a GET and for a WebSocket", async (t) => {
    const { base } = await start(t, "pings/ping-1-*");
    const list = (await (await fetch(`http://${base}/cases`)).json()) as CaseList; // our own answer
    assert.equal(list.count, list.cases.length);
    assert.deepEqual([list.cases[0]?.number, list.cases[0]?.id], [1, "pings/ping-1-whole"]);
    const socket = new WebSocket(`ws://${base}/cases`);
    const closed = once(socket, "close");
    const [event] = await once(socket, "message");
    assert.deepEqual(JSON.parse(event.data), list);
    const [{ code }] = await closed;
    assert.equal(code, 1000);
  });

  it("lists a verdict for what was played, so that who comes again can go on", async (t) => {
    const { base } = await start(t, "framing/text-1-whole", "framing/text-0-whole");
    const socket = new WebSocket(`ws://${base}/case/1`);
    socket.onmessage = ({ data }) => socket.send(data);
    await once(socket, "close");
    const list = (await (await fetch(`http://${base}/cases`)).json()) as CaseList; // our own answer
    assert.deepEqual(
      list.cases.map(({ id, verdict }) => [id, verdict]),
      [
        ["framing/text-0-whole", "pass"],
        ["framing/text-1-whole", undefined],
      ],
    );
  });

  it("gives the page and the scripts, 404 elsewhere, and 426 where a WebSocket lives", async (t) => {
    const { base } = await start(t, "pings/ping-1-whole");
    const get = (path: string) => fetch(`http://${base}${path}`);
    assert.match(await (await get("/")).text(), /<title>trunkline conform<\/title>/);
    assert.match(await (await get("/client.mjs")).text(), /new WebSocket/);
    assert.match(await (await get("/client.py")).text(), /import asyncio/);
    assert.equal((await get("/constructor")).status, 404);
    assert.equal((await get("/case/1")).status, 426);
    assert.equal((await get("/case/2")).status, 404);
  });

  it("passes a client that echoes, and settles with the report and the client's name", async (t) => {
    const { tested, base } = await start(t, "framing/text-1-whole");
    const socket = new WebSocket(`ws://${base}/case/1`);
    socket.onmessage = ({ data }) => socket.send(data);
    await once(socket, "close");
    assert.deepEqual(await verdicts(base), ["framing/text-1-whole pass as expected"]);
    const { agent, results } = await tested.done;
    assert.equal(agent, "test");
    assert.deepEqual(
      results[0]?.transcript.map(({ from, what }) => `${from}: ${what}`).slice(2, 4),
      ["suite: text, 1 byte", "tested: text, 1 byte"],
    );
  });

  it("fails a case for which no client came", async (t) => {
    const { base } = await start(t, "framing/text-1-whole");
    assert.deepEqual(await verdicts(base), [
      "framing/text-1-whole fail the client did not come for this case",
    ]);
  });

  it("fails a client that does not mask", async (t) => {
    const { port, base } = await start(t, "framing/text-1-whole");
    await come(port, encodeFrame({ opcode: TEXT, payload: Buffer.from(" ") }), "opened");
    assert.deepEqual(await verdicts(base), [
      "framing/text-1-whole fail a frame from a client came unmasked",
    ]);
  });

  it("fails a client that takes a wrong Sec-WebSocket-Accept", async (t) => {
    const { port, base } = await start(t, "answer/accept-of-example");
    const echo = { opcode: TEXT, payload: Buffer.from("is it open?") };
    // requestFields() sends the RFC's example key, for which the answer is right: another one is needed.
    const socket = connect({ port, host: "127.0.0.1" });
    const fields = requestFields(base).map(([name, value]): readonly [string, string] =>
      name === "Sec-WebSocket-Key" ? [name, "AAAAAAAAAAAAAAAAAAAAAA=="] : [name, value],
    );
    socket.write(formatHead("GET /case/1 HTTP/1.1", fields));
    await once(socket, "data");
    socket.end(encodeFrame(echo, Buffer.alloc(4)));
    await once(socket, "close");
    assert.deepEqual(await verdicts(base), ["answer/accept-of-example fail it opened"]);
  });

  it("fails a client that sends before the answer", async (t) => {
    const { port, base } = await start(t, "answer/request-no-body");
    await come(port, encodeFrame({ opcode: BINARY }, Buffer.alloc(4)), "at once");
    assert.deepEqual(await verdicts(base), [
      "answer/request-no-body fail bytes came behind the request",
    ]);
  });

  it("has nothing to judge where the client does not offer compression", async (t) => {
    const { port, base } = await start(t, "compression/plain-text-16");
    const text = await come(port, Buffer.alloc(0), "opened");
    assert.equal(text, "");
    assert.deepEqual(await verdicts(base), [
      "compression/plain-text-16 informational the client does not offer what the case plays",
    ]);
  });
});
