import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { makeStage, type StageOptions } from "./fake-peer.test.util.ts";
import { PATIENCE, runLines, runPipe } from "./script.ts";

const untilAnswered = { wait: undefined, binary: false };

/** Turns of the loop: what a settled promise causes has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

const stage = (options: StageOptions = {}) => makeStage({ isInteractive: false, ...options });

describe("the lines of --execute", () => {
  it("go out one after the other, each when the one before is answered", async () => {
    const { session, peers, shown } = stage({
      prepare(peer) {
        peer.answer = () => {};
        peer.open();
      },
    });
    const running = runLines(session, ["a", "/ping", "b"], untilAnswered);
    await settle();
    assert.deepEqual(peers[0]?.sent, ["a"]);
    peers[0]?.say("A");
    await settle();
    assert.deepEqual(peers[0]?.sent, ["a", "ping ", "b"]);
    peers[0]?.say("B");
    assert.equal(await running, 0);
    assert.deepEqual(peers[0]?.sent.at(-1), "close 1000");
    assert.deepEqual(shown.slice(1, 4), ["< A", "< Pong after 0.0 ms.", "< B"]);
  });

  it("end with exit code 4 when no answer comes", async () => {
    const { session, clock, shown } = stage({
      prepare(peer) {
        peer.answer = () => {};
        peer.open();
      },
    });
    const running = runLines(session, ["a", "b"], untilAnswered);
    await settle();
    await clock.pass(PATIENCE);
    assert.equal(await running, 4);
    assert.match(shown[1] ?? "", /^! no answer came within 10 s/);
  });

  it("listen for --wait after each, whatever comes", async () => {
    const { session, peers, clock } = stage();
    const running = runLines(session, ["a", "b"], { wait: 3000 });
    await settle();
    assert.deepEqual(peers[0]?.sent, ["a"]);
    await clock.pass(3000);
    await settle();
    assert.deepEqual(peers[0]?.sent, ["a", "b"]);
    await clock.pass(3000);
    assert.equal(await running, 0);
  });

  it("end at a /quit, a mistake, or a connection that is closed", async () => {
    const quit = stage();
    assert.equal(await runLines(quit.session, ["/quit", "a"], untilAnswered), 0);
    const mistake = stage();
    assert.equal(await runLines(mistake.session, ["/qit", "a"], untilAnswered), 2);
    const closed = stage({
      prepare(peer) {
        peer.answer = () => peer.end({ code: 1008 });
        peer.open();
      },
    });
    assert.equal(await runLines(closed.session, ["b", "a"], untilAnswered), 3);
    assert.deepEqual(
      [quit, mistake, closed].map(({ peers }) => peers[0]?.sent),
      [["close 1000"], ["close 1000"], ["b"]],
    );
  });

  it("are not sent without a connection", async () => {
    const { session, peers } = stage({ prepare: (peer) => peer.refuse(new Error("no")) });
    assert.equal(await runLines(session, ["a"], untilAnswered), 1);
    assert.deepEqual(peers[0]?.sent.includes("a"), false);
  });
});

describe("a pipe", () => {
  it("has each line sent as it is, commands and empty ones too, and ends when all are answered", async () => {
    const { session, peers } = stage();
    const input = Readable.from([Buffer.from("a\r\n/qu"), Buffer.from("it\n\n//c\nlast")]);
    assert.equal(await runPipe(session, input, untilAnswered), 0);
    assert.deepEqual(peers[0]?.sent, ["a", "/quit", "", "//c", "last", "close 1000"]);
  });

  it("is one binary message with --binary", async () => {
    const { session, peers } = stage({ sendsBinary: true });
    const input = Readable.from([Buffer.from([0, 10]), Buffer.from([255])]);
    assert.equal(await runPipe(session, input, { wait: undefined, binary: true }), 0);
    assert.deepEqual(peers[0]?.sent, [Buffer.from([0, 10, 255]), "close 1000"]);
  });

  it("is refused at a line that is no text", async () => {
    const { session, peers, shown } = stage();
    const input = Readable.from([Buffer.from([97, 10, 255, 10])]);
    assert.equal(await runPipe(session, input, untilAnswered), 2);
    assert.deepEqual(peers[0]?.sent, ["a", "close 1000"]);
    assert.match(shown[2] ?? "", /^! line 2 of the input is not UTF-8/);
  });

  it("ends when the connection is closed, although more could come", async () => {
    const { session, peers } = stage();
    const input = new Readable({ read() {} });
    const running = runPipe(session, input, untilAnswered);
    input.push("a\n");
    await settle();
    peers[0]?.end({ code: 1000 });
    assert.equal(await running, 0);
    input.destroy();
  });

  it("that is empty listens for --wait, or ends at once", async () => {
    const empty = () => Readable.from([]);
    assert.equal(await runPipe(stage().session, empty(), untilAnswered), 0);
    const { session, peers } = stage();
    const running = runPipe(session, empty(), { wait: Number.POSITIVE_INFINITY, binary: false });
    await settle();
    assert.deepEqual(peers[0]?.sent, []);
    peers[0]?.end({ code: 1001 });
    assert.equal(await running, 0);
  });

  it("waits while much of it has not left", async () => {
    const { session, peers, clock } = stage({
      prepare(peer) {
        peer.bufferedAmount = 2 ** 21;
        peer.open();
      },
    });
    const running = runPipe(session, Readable.from([Buffer.from("a\nb\n")]), untilAnswered);
    await settle();
    assert.deepEqual(peers[0]?.sent, ["a"]);
    if (peers[0]) peers[0].bufferedAmount = 0;
    await clock.pass(20);
    assert.equal(await running, 0);
    assert.deepEqual(peers[0]?.sent, ["a", "b", "close 1000"]);
  });

  it("has 10 s from the last message on for the next one", async () => {
    const { session, peers, clock } = stage({
      prepare(peer) {
        peer.answer = () => {};
        peer.open();
      },
    });
    const running = runPipe(session, Readable.from([Buffer.from("a\nb\n")]), untilAnswered);
    await settle();
    await clock.pass(PATIENCE - 1);
    peers[0]?.say("A");
    await clock.pass(PATIENCE - 1);
    peers[0]?.say("B");
    assert.equal(await running, 0);
  });
});
