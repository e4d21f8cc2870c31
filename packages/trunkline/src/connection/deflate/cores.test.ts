// Two cores on a fake wire, with the codec that was negotiated: RFC 7692, sections 6 and 7.2.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import type { MessageCodec } from "../../protocol/codec.ts";
import { Core, type ReadEvent } from "../../protocol/core.ts";
import { failures } from "../../protocol/failures.ts";
import type { DeflateParameters } from "../../protocol/permessage-deflate.ts";
import {
  frameFor,
  join,
  KeepingSink,
  pattern,
  type Role,
  runtime,
  toBytes,
} from "../../testing/frames.test.util.ts";
import { createDeflateCodec } from "./codec.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

const LIMIT = 100_000;
const settings = { ...DEFAULT_SETTINGS, threshold: 100 };
const widest: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

class Side {
  readonly sink = new KeepingSink();
  readonly core: Core;

  constructor(role: Role, codec: MessageCodec | undefined) {
    this.core = new Core({ role, maxMessageSize: LIMIT, runtime, sink: this.sink, codec });
  }

  receive(wire: Uint8Array, size = wire.length): ReadEvent[] {
    const events: ReadEvent[] = [];
    for (let at = 0; at < wire.length; at += size) {
      // What is lent may be overwritten.
      this.core.feed(wire.slice(at, at + size));
      for (let event = this.core.next(); event !== undefined; event = this.core.next()) {
        events.push(event);
      }
      this.core.keep();
    }
    return events;
  }
}

function newSide(role: Role, parameters: Partial<DeflateParameters> = {}): Side {
  return new Side(role, createDeflateCodec(role, { ...widest, ...parameters }, settings));
}

/** Both ends of one connection: who sends, and who receives. */
function newPair(sender: Role, parameters: Partial<DeflateParameters> = {}): [Side, Side] {
  const receiver = sender === "client" ? "server" : "client";
  return [newSide(sender, parameters), newSide(receiver, parameters)];
}

/** First byte and length of each frame, whose payloads are under 64 KiB. */
function headersOf(wire: Uint8Array): [first: number, length: number][] {
  const headers: [number, number][] = [];
  for (let at = 0; at < wire.length; ) {
    const masked = wire[at + 1] > 127;
    const code = wire[at + 1] & 127;
    const length = code < 126 ? code : wire[at + 2] * 256 + wire[at + 3];
    headers.push([wire[at], length]);
    at += 2 + (code < 126 ? 0 : 2) + (masked ? 4 : 0) + length;
  }
  return headers;
}

const json = JSON.stringify(Array.from({ length: 40 }, (_, id) => ({ id, name: `n${id % 7}` })));
const kinds: readonly (string | Uint8Array)[] = [
  "",
  "short",
  json,
  json,
  new Uint8Array(0),
  pattern(5000, 3),
  "é🦊".repeat(900),
  new Uint8Array(LIMIT),
  pattern(LIMIT, 9),
  json,
];

const eventOf = (data: string | Uint8Array): ReadEvent =>
  typeof data === "string"
    ? { type: "text", data }
    : { type: "binary", data: Uint8Array.from(data) };

const takeovers = [true, false].flatMap((server) =>
  [true, false].map((client) => [server, client]),
);
const windows = [
  [15, 15],
  [8, 15],
  [15, 8],
  [9, 12],
];

for (const sender of ["client", "server"] as const) {
  for (const [serverNoContextTakeover, clientNoContextTakeover] of takeovers) {
    for (const [serverMaxWindowBits, clientMaxWindowBits] of windows) {
      const parameters = {
        serverNoContextTakeover,
        clientNoContextTakeover,
        serverMaxWindowBits,
        clientMaxWindowBits,
      };
      const said = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
      test(`messages of a ${sender} come across with ${said.join(", ")}`, () => {
        const [from, to] = newPair(sender, parameters);
        for (const compress of [undefined, true, false]) {
          for (const data of kinds) {
            if (typeof data === "string") from.core.text(data, compress);
            else from.core.binary(data, compress);
            assert.deepEqual(to.receive(from.sink.take()), [eventOf(data)]);
          }
        }
      });
    }
  }
}

for (const sender of ["client", "server"] as const) {
  describe(`a message of a ${sender}`, () => {
    test("is compressed from the threshold on, in bytes, unless it is said otherwise", () => {
      const first = (data: string | Uint8Array, compress?: boolean): number => {
        const { core, sink } = newSide(sender);
        if (typeof data === "string") core.text(data, compress);
        else core.binary(data, compress);
        return sink.take()[0];
      };
      assert.equal(first("a".repeat(99)), 0x81);
      assert.equal(first("a".repeat(100)), 0xc1);
      assert.equal(first("é".repeat(49)), 0x81);
      assert.equal(first("é".repeat(50)), 0xc1);
      assert.equal(first(new Uint8Array(99)), 0x82);
      assert.equal(first(new Uint8Array(100)), 0xc2);
      assert.equal(first("a".repeat(50), true), 0xc1);
      assert.equal(first(new Uint8Array(50), true), 0xc2);
      assert.equal(first("a".repeat(1000), false), 0x81);
      assert.equal(first(new Uint8Array(1000), false), 0x82);
      assert.equal(first("", true), 0x81, "nothing is smaller than nothing");
    });

    test("refers to the one before where the context is taken over, and not where it is not", () => {
      const sizes = (parameters: Partial<DeflateParameters>): number[] => {
        const { core, sink } = newSide(sender, parameters);
        core.text(json);
        core.text(json);
        return headersOf(sink.take()).map(([, length]) => length);
      };
      const [first, second] = sizes({});
      assert.ok(second < first / 2, `${second} of ${first} bytes`);
      const alone = sizes({ serverNoContextTakeover: true, clientNoContextTakeover: true });
      assert.equal(alone[0], alone[1]);
    });

    test("may come in fragments, of which the first alone has RSV1 (section 6.1)", () => {
      const [from, to] = newPair(sender);
      from.core.fragment(json, false, true);
      from.core.fragment("", false);
      from.core.ping(toBytes("between"));
      from.core.fragment("short", false, false);
      from.core.fragment("", true);
      from.core.text(json);
      const wire = from.sink.take();
      assert.deepEqual(
        headersOf(wire).map(([first]) => first),
        [0x41, 0x00, 0x89, 0x00, 0x80, 0xc1],
      );
      const ping = { type: "ping", data: Uint8Array.from(toBytes("between")) };
      const expected = [ping, eventOf(`${json}short`), eventOf(json)];
      assert.deepEqual(to.receive(wire), expected);
      assert.deepEqual(newPair(sender)[1].receive(wire, 1), expected);
    });

    test("in fragments is plain unless it is asked for, and without a codec", () => {
      for (const [side, compress] of [
        [newSide(sender), undefined],
        [new Side(sender, undefined), true],
      ] as const) {
        side.core.fragment(json, false, compress);
        side.core.fragment("end", true, true);
        assert.deepEqual(
          headersOf(side.sink.take()).map(([first]) => first),
          [0x01, 0x80],
        );
      }
    });

    test("that was compressed for many stands between those of its own context", () => {
      const [from, to] = newPair(sender);
      const others = createDeflateCodec(sender, widest, settings).shared;
      assert.equal(from.core.shared, others);
      const shared = others.deflate(pattern(3000, 5).fill(7, 0, 2000))?.slice();
      assert.ok(shared !== undefined);
      const receiver = sender === "client" ? "server" : "client";
      for (let round = 0; round < 3; round++) {
        from.core.text(json);
        assert.deepEqual(to.receive(from.sink.take()), [eventOf(json)]);
        from.core.forgetSent();
        const frame = frameFor(receiver, { opcode: "binary", rsv: 4, payload: shared });
        assert.equal(to.receive(frame)[0]?.type, "binary");
      }
    });
  });
}

const flush = { finishFlush: constants.Z_SYNC_FLUSH };
const compressed = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, flush).subarray(0, -4);

describe("what a peer sends compressed", () => {
  const receive = (payload: Uint8Array, side = newSide("server")): ReadEvent | undefined =>
    side.receive(frameFor("server", { opcode: "binary", rsv: 4, payload }))[0];

  test("may be as large as the limit, compressible or not, and not larger", () => {
    assert.deepEqual(receive(compressed(new Uint8Array(LIMIT))), eventOf(new Uint8Array(LIMIT)));
    const stored = deflateRawSync(pattern(LIMIT), { ...flush, level: 0 }).subarray(0, -4);
    assert.ok(stored.length > LIMIT);
    assert.deepEqual(receive(stored), eventOf(pattern(LIMIT)));
    const tooBig = { type: "fail", failure: failures.messageTooBig };
    assert.deepEqual(receive(compressed(new Uint8Array(LIMIT + 1))), tooBig);
    assert.deepEqual(receive(compressed(new Uint8Array(1000 * LIMIT))), tooBig);
  });

  test("is refused on the header when no compression could need so much", () => {
    const most = LIMIT * 1.125 + 64;
    const tooBig = { type: "fail", failure: failures.messageTooBig };
    for (const opcode of ["binary", "text"] as const) {
      const frame = (announced: number): Uint8Array =>
        frameFor("server", { opcode, rsv: 4, announced: BigInt(announced), lengthBits: 64 });
      assert.deepEqual(newSide("server").receive(frame(most + 1)), [tooBig]);
      assert.deepEqual(newSide("server").receive(frame(most)), []);
    }
    const first = frameFor("server", {
      opcode: "text",
      rsv: 4,
      fin: 0,
      payload: new Uint8Array(most),
    });
    const next = frameFor("server", { opcode: "continuation", announced: 1n });
    assert.deepEqual(newSide("server").receive(join(first, next)), [tooBig]);
  });

  test("fails with 1007 when it cannot be inflated, or is no text", () => {
    const corrupt = { type: "fail", failure: failures.compressedDataCorrupt };
    assert.deepEqual(receive(Uint8Array.of(0xff, 0xff, 0xff)), corrupt);
    const frame = frameFor("server", {
      opcode: "text",
      rsv: 4,
      payload: compressed(Uint8Array.of(0xff, 0xfe)),
    });
    const notUtf8 = { type: "fail", failure: failures.textNotUtf8 };
    assert.deepEqual(newSide("server").receive(frame), [notUtf8]);
  });

  test("may be empty (section 7.2.3.6)", () => {
    assert.deepEqual(receive(Uint8Array.of(0)), eventOf(new Uint8Array(0)));
  });

  test("may come between plain messages, which leave the context alone (section 6)", () => {
    const [from, to] = newPair("client");
    for (const compress of [true, false, true, false]) {
      from.core.text(json, compress);
      assert.deepEqual(to.receive(from.sink.take()), [eventOf(json)]);
    }
  });

  test("fails with 1011 when the codec throws, and says what it threw to nobody but us", () => {
    const cause = new Error("no memory");
    const codec = {
      ...createDeflateCodec("server", widest, settings),
      inflate(): never {
        throw cause;
      },
    };
    const side = new Side("server", codec as MessageCodec);
    const event = receive(compressed(toBytes("x")), side);
    assert.deepEqual(event, { type: "fail", failure: failures.internalError, cause });
    const close = side.sink.take();
    assert.deepEqual([close[2] * 256 + close[3], close[0]], [1011, 0x88]);
  });
});

test("a core that is released holds its codec no more", () => {
  const { core } = newSide("server");
  assert.ok(core.shared !== undefined);
  core.release();
  assert.equal(core.shared, undefined);
});
