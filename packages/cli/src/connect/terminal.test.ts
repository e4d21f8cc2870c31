import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { type FakePeer, makeStage } from "./fake-peer.test.util.ts";
import { createScreenOutput } from "./output.ts";
import { Terminal } from "./terminal.ts";

interface Screen {
  readonly peers: readonly FakePeer[];
  type(keys: string): Promise<void>;
  /** What was written since the last look, with ESC for the character of that name. */
  look(): string;
  interrupts: number;
  interrupt(): void;
  readonly code: Promise<number>;
}

/** Turns of the loop: what a settled promise, or a stream, causes has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A terminal of streams: readline takes what is written for keys, and writes as to a real one. */
async function makeScreen(
  t: TestContext,
  prepare = (peer: FakePeer) => peer.open(),
): Promise<Screen> {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 80, isTTY: true });
  t.after(() => input.destroy());
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  const onInterrupt = (): void => {
    screen.interrupts += 1;
  };
  const terminal = new Terminal({ input, output, hasColour: false, onInterrupt });
  const { session, peers } = makeStage({
    prepare,
    output: createScreenOutput({
      print: (text) => terminal.print(text),
      hasColour: false,
      isConversation: true,
      json: true,
    }),
  });
  const screen: Screen = {
    peers,
    async type(keys) {
      input.write(keys);
      await settle();
    },
    look: () => String(output.read() ?? "").replaceAll("\u001b", "ESC"),
    interrupts: 0,
    interrupt,
    code: terminal.talk(session, interrupted),
  };
  await settle();
  return screen;
}

describe("a terminal", () => {
  it("has a prompt once there is a connection, sends what is typed and shows what comes", async (t) => {
    const screen = await makeScreen(t);
    assert.match(screen.look(), /^Connected to ws:\/\/test\/\.\n.*> /s);
    await screen.type("hello\r");
    assert.deepEqual(screen.peers[0]?.sent, ["hello"]);
    assert.match(screen.look(), /< hello\n[^\n]*> [^\n]*$/);
    await screen.type("/quit\r");
    assert.equal(await screen.code, 0);
    assert.match(screen.look(), /Closed with 1000 \(normal closure\)\n$/);
  });

  it("keeps what is being typed below what comes in", async (t) => {
    const screen = await makeScreen(t);
    await screen.type("half a li");
    screen.look();
    screen.peers[0]?.say("news");
    assert.match(screen.look(), /^ESC\[1GESC\[0J< news\n[^\n]*> half a li[^\n]*$/);
    await screen.type("ne\r\u0004");
    assert.deepEqual(screen.peers[0]?.sent[0], "half a line");
    assert.equal(await screen.code, 0);
  });

  it("clears all rows of a line that is longer than one", async (t) => {
    const screen = await makeScreen(t);
    await screen.type("x".repeat(100));
    screen.look();
    screen.peers[0]?.say("news");
    assert.match(screen.look(), /^ESC\[1AESC\[1GESC\[0J< news\n/);
    screen.interrupt();
    await screen.code;
  });

  it("has a history", async (t) => {
    const screen = await makeScreen(t);
    await screen.type("one\r");
    await screen.type("two\r");
    await screen.type("\u001b[A\u001b[A\r");
    assert.deepEqual(screen.peers[0]?.sent, ["one", "two", "one"]);
    await screen.type("\u0004");
    assert.equal(await screen.code, 0);
  });

  it("completes commands", async (t) => {
    const screen = await makeScreen(t);
    await screen.type("/cl\t");
    await screen.type("4001\r");
    assert.deepEqual(screen.peers[0]?.sent, ["close 4001"]);
    await screen.type("\u0004");
    assert.equal(await screen.code, 0);
  });

  it("passes Ctrl-C on, and ends with a Close when it is interrupted", async (t) => {
    const screen = await makeScreen(t);
    await screen.type("half\u0003");
    assert.equal(screen.interrupts, 1);
    screen.interrupt();
    assert.equal(await screen.code, 0);
    assert.deepEqual(screen.peers[0]?.sent, ["close 1000"]);
    assert.match(screen.look(), /half\nClosed with 1000 \(normal closure\)\n$/);
  });

  it("asks after a close, and Enter connects anew", async (t) => {
    const screen = await makeScreen(t);
    screen.peers[0]?.end({ code: 1011, reason: "broken" });
    await settle();
    assert.match(
      screen.look(),
      /1011 \(internal error\): broken\n.*Enter connects again, \/quit ends\.\n/s,
    );
    await screen.type("\r");
    assert.equal(screen.peers.length, 2);
    await screen.type("\u0004");
    assert.equal(await screen.code, 0);
  });

  it("ends without a prompt when there is no connection", async (t) => {
    const screen = await makeScreen(t, (peer) => peer.refuse(new Error("no way")));
    assert.equal(await screen.code, 1);
    assert.equal(screen.look(), "no way.\n");
  });

  it("gives up an attempt to connect when it is interrupted", async (t) => {
    const screen = await makeScreen(t, () => {});
    screen.interrupt();
    assert.equal(await screen.code, 1);
    assert.equal(screen.look(), "");
  });
});
