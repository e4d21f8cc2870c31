import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ManualClock } from "trunkline/testing";
import { FakePeer } from "../connect/fake-peer.test.util.ts";
import { Load, type LoadSettings } from "./load.ts";

interface Stage {
  readonly load: Load;
  readonly peers: readonly FakePeer[];
  readonly clock: ManualClock;
  /** Moves time on, turn by turn of a millisecond. */
  pass(ms: number): void;
  /** Turns of the loop, in no time. */
  turn(count: number): void;
}

/** Peers that open at once and answer nothing until they are told. */
function makeStage(
  settings: Partial<LoadSettings> = {},
  prepare = (peer: FakePeer) => peer.open(),
): Stage {
  const peers: FakePeer[] = [];
  const clock = new ManualClock();
  let next: (() => void) | undefined;
  const load = new Load(
    { connections: 3, inFlight: 1, rate: undefined, message: "x", ...settings },
    {
      clock,
      dial(onMessage) {
        const peer = new FakePeer();
        peer.say = onMessage;
        peer.answer = () => {};
        peers.push(peer);
        prepare(peer);
        return peer;
      },
      turn: (callback) => {
        next = callback;
      },
    },
  );
  const pass = (ms: number): void => {
    for (let count = 0; count < ms; count++) {
      clock.advance(1);
      next?.();
    }
  };
  const turn = (count: number): void => {
    for (let at = 0; at < count; at++) next?.();
  };
  return { load, peers, clock, pass, turn };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const sentTo = (peers: readonly FakePeer[]) => peers.map((peer) => peer.sent.length);
const milliseconds = (nanoseconds: number) => Math.round(nanoseconds / 1e6);

describe("the load of bench", () => {
  it("opens as many connections as were asked for, and times their handshakes", async () => {
    const { load, peers } = makeStage({ connections: 250 });
    await load.openOne();
    await load.open();
    assert.deepEqual([peers.length, load.connections, load.handshakes.count], [250, 250, 250]);
  });

  it("has a hundred handshakes under way at the most", async () => {
    const { load, peers } = makeStage({ connections: 250 }, () => {});
    const opening = load.open();
    assert.equal(peers.length, 100);
    peers[7]?.open();
    await settled();
    assert.equal(peers.length, 101);
    for (let at = 0; at < 250; at++) {
      peers[at]?.open();
      await settled();
    }
    await opening;
    assert.equal(load.connections, 250);
  });

  it("rejects with the first that does not open", async () => {
    let count = 0;
    const { load } = makeStage({}, (peer) =>
      ++count === 2 ? peer.refuse(new Error("no")) : peer.open(),
    );
    await assert.rejects(load.open(), /^Error: no$/);
  });

  it("keeps messages in flight, each answer sending the next", async () => {
    const { load, peers, clock } = makeStage({ inFlight: 2 });
    await load.open();
    load.start();
    assert.deepEqual(sentTo(peers), [2, 2, 2]);
    clock.advance(5);
    peers[1]?.say("x");
    assert.deepEqual(sentTo(peers), [2, 3, 2]);
    clock.advance(5);
    peers[1]?.say("x");
    peers[1]?.say("x");
    assert.deepEqual(sentTo(peers), [2, 5, 2]);
    assert.deepEqual([load.answered, load.unanswered], [3, 6]);
    // The first answer came after 5 ms, the second after 10, the third 5 after its message.
    assert.equal(milliseconds(load.latencies.max), 10);
    assert.equal(milliseconds(load.latencies.mean), 7);
  });

  it("takes nothing for an answer that nobody asked for", async () => {
    const { load, peers } = makeStage();
    await load.open();
    peers[0]?.say("welcome");
    load.start();
    peers[0]?.say("x");
    assert.deepEqual([load.answered, load.unanswered], [1, 3]);
  });

  it("sends at a rate to one connection after the other, and counts from when it was due", async () => {
    const { load, peers, clock, pass } = makeStage({ rate: 1000 });
    await load.open();
    load.start();
    pass(5);
    assert.deepEqual(sentTo(peers), [2, 2, 2]);
    for (const peer of peers) peer.say("x");
    assert.equal(load.answered, 3);
    // A stall of this side, too, is time that the messages waited.
    clock.advance(99);
    pass(1);
    assert.deepEqual(sentTo(peers), [36, 35, 35]);
    for (const peer of peers) for (let count = 0; count < 3; count++) peer.say("x");
    assert.ok(milliseconds(load.latencies.max) >= 98);
  });

  it("keeps a high rate, whose interval is too short to be added up", async () => {
    const { load, clock, turn } = makeStage({ rate: 3_000_000 });
    await load.open();
    // As the machine's clock counts: since 1970.
    clock.advance(1_800_000_000_000);
    load.start();
    clock.advance(1);
    turn(9);
    assert.equal(load.unanswered, 3001);
  });

  it("lets time for others pass while it is behind", async () => {
    const { load, clock, pass } = makeStage({ rate: 1_000_000 });
    await load.open();
    load.start();
    clock.advance(999);
    pass(1);
    assert.equal(load.unanswered, 1001);
  });

  it("leaves out what is due where the server takes nothing", async () => {
    const { load, peers, pass } = makeStage({ rate: 1000, connections: 1 });
    await load.open();
    for (const peer of peers) peer.bufferedAmount = 5_000_000;
    load.start();
    pass(9);
    assert.deepEqual([sentTo(peers), load.leftOut], [[0], 10]);
  });

  it("takes answers for those of the oldest messages", async () => {
    const { load, peers, pass } = makeStage({ rate: 1000, connections: 1 });
    const answer = (count: number): void => {
      for (let at = 0; at < count; at++) peers[0]?.say("x");
    };
    await load.open();
    load.start();
    pass(9);
    answer(7);
    const { min, max } = load.latencies;
    assert.deepEqual([milliseconds(min), milliseconds(max), load.unanswered], [3, 9, 3]);
    pass(10);
    load.forget();
    answer(12);
    assert.deepEqual([milliseconds(load.latencies.max), load.unanswered], [12, 1]);
    peers[0]?.end({ code: 1001 });
    await load.lost;
    assert.equal(load.unanswered, 0);
  });

  it("forgets a warm-up", async () => {
    const { load, peers } = makeStage();
    await load.open();
    load.start();
    peers[0]?.say("x");
    load.forget();
    assert.deepEqual([load.answered, load.latencies.count], [0, 0]);
    peers[0]?.say("x");
    assert.deepEqual([load.answered, load.latencies.count], [1, 1]);
  });

  it("waits at the end for what is on its way, which counts as slow as it is", async () => {
    const { load, peers, clock } = makeStage();
    await load.open();
    load.start();
    const stopped = load.stop(1000);
    clock.advance(300);
    for (const peer of peers) peer.say("x");
    await stopped;
    assert.deepEqual([sentTo(peers), load.unanswered], [[1, 1, 1], 0]);
    assert.equal(milliseconds(load.latencies.max), 300);
  });

  it("waits no longer than it was told to", async () => {
    const { load, clock } = makeStage();
    await load.open();
    load.start();
    const stopped = load.stop(1000);
    clock.advance(1000);
    await stopped;
    assert.equal(load.unanswered, 3);
  });

  it("goes on without the connections that the server ends, until the last", async () => {
    const { load, peers } = makeStage({ inFlight: 2 });
    await load.open();
    load.start();
    peers[1]?.end({ code: 1011 });
    await settled();
    assert.deepEqual([load.connections, load.unanswered], [2, 4]);
    let isLost = false;
    load.lost.then(() => {
      isLost = true;
    });
    for (const peer of peers) peer.end({ code: 1001 });
    await settled();
    assert.deepEqual([load.connections, load.unanswered, isLost], [0, 0, true]);
    assert.deepEqual(load.endings.map(({ code }) => code).sort(), [1001, 1001, 1011]);
  });

  it("says whether one message is answered", async () => {
    const answered = makeStage();
    await answered.load.openOne();
    const probed = answered.load.probe(1000);
    answered.peers[0]?.say("x");
    assert.deepEqual([await probed, answered.load.answered], [true, 0]);

    const silent = makeStage();
    await silent.load.openOne();
    const waiting = silent.load.probe(1000);
    silent.clock.advance(1000);
    assert.equal(await waiting, false);

    const gone = makeStage();
    await gone.load.openOne();
    const lost = gone.load.probe(1000);
    gone.peers[0]?.end({ code: 1002 });
    assert.equal(await lost, false);
  });

  it("closes all, and takes none of it for a loss", async () => {
    const { load, peers } = makeStage();
    await load.open();
    await load.close(1000);
    assert.deepEqual(
      peers.map(({ sent }) => sent),
      [["close 1000"], ["close 1000"], ["close 1000"]],
    );
    assert.deepEqual(load.endings, []);
  });
});
