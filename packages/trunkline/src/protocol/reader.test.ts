import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  backwardsCodec,
  cut,
  frameFor,
  join,
  pattern,
  runtime,
  toBytes,
} from "../testing/frames.test.util.ts";
import { type WireCase, wireCases } from "../testing/wire-cases.test.util.ts";
import { failures } from "./failures.ts";
import { type ReadEvent, Reader, type ReaderOptions } from "./reader.ts";

fc.configureGlobal({ seed: 6455 });

function readerFor(options: Partial<ReaderOptions> & Pick<ReaderOptions, "role">): Reader {
  return new Reader({ maxMessageSize: 1 << 20, runtime, ...options });
}

/** Feeds copies of the pieces, and spoils each afterwards as a lender may who reads into it again. */
function feedAll(reader: Reader, pieces: readonly Uint8Array[]): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece);
    reader.feed(lent);
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event);
    reader.keep();
    lent.fill(0xaa);
  }
  return events;
}

function isOver({ expected }: WireCase): boolean {
  const last = expected.at(-1);
  return last?.type === "fail" || last?.type === "close";
}

describe("each row of the case table", () => {
  test("has a name of its own", () => {
    assert.equal(new Set(wireCases.map((row) => row.name)).size, wireCases.length);
    assert.ok(wireCases.length > 400, `${wireCases.length} rows`);
  });

  for (const row of wireCases) {
    test(`${row.section}: ${row.name}`, () => {
      assertReadWhole(row);
      assertReadByteByByte(row);
      assertReadWithMoreBehind(row);
      assertReadFromEachCut(row);
    });
  }
});

function assertReadWhole(row: WireCase): void {
  assert.deepEqual(feedAll(readerFor(row), [row.wire]), row.expected);
}

/** The last event is out with exactly the byte that decides it. */
function assertReadByteByByte(row: WireCase): void {
  const { wire, expected, decidedBy = wire.length } = row;
  const reader = readerFor(row);
  const before = feedAll(reader, cut(wire.subarray(0, decidedBy - 1), [1]));
  assert.deepEqual(before, expected.slice(0, -1));
  const decided = feedAll(reader, [wire.subarray(decidedBy - 1, decidedBy)]);
  assert.deepEqual(decided, expected.slice(-1));
  assert.deepEqual(feedAll(reader, cut(wire.subarray(decidedBy), [1])), []);
}

function assertReadWithMoreBehind(row: WireCase): void {
  const next = frameFor(row.role, { opcode: "ping", payload: "next" });
  const expected: ReadEvent[] = isOver(row)
    ? []
    : [{ type: "ping", data: Uint8Array.from(toBytes("next")) }];
  for (const size of [1, 2, next.length - 1]) {
    const reader = readerFor(row);
    const events = feedAll(reader, [join(row.wire, next.subarray(0, size))]);
    assert.deepEqual(events, row.expected);
    assert.deepEqual(feedAll(reader, [next.subarray(size)]), expected);
  }
}

function assertReadFromEachCut(row: WireCase): void {
  const { wire } = row;
  // Long ones are cut in the header and behind it; between there is only payload.
  const places = wire.length <= 150 ? wire.length : 20;
  for (let at = 1; at < places; at++) {
    const pieces = [wire.subarray(0, at), wire.subarray(at)];
    assert.deepEqual(feedAll(readerFor(row), pieces), row.expected, `cut at ${at}`);
  }
}

const role = "server";

test("events can be pulled one at a time while the lender overwrites what it lent", () => {
  const wire = join(
    frameFor(role, { opcode: "text", payload: "one" }),
    frameFor(role, { opcode: "binary", payload: pattern(200) }),
    frameFor(role, { opcode: "ping", payload: "three" }),
  );
  const reader = readerFor({ role });
  reader.feed(wire);
  const types: (string | undefined)[] = [];
  for (let pull = 0; pull < 4; pull++) {
    types.push(reader.next()?.type);
    reader.keep();
    wire.fill(0);
  }
  assert.deepEqual(types, ["text", "binary", "ping", undefined]);
});

test("pieces fed before the earlier ones were pulled are read in their order", () => {
  const reader = readerFor({ role });
  for (const word of ["one", "two", "three"]) {
    reader.feed(frameFor(role, { opcode: "text", payload: word }));
  }
  assert.deepEqual(
    [reader.next(), reader.next(), reader.next(), reader.next()],
    [
      { type: "text", data: "one" },
      { type: "text", data: "two" },
      { type: "text", data: "three" },
      undefined,
    ],
  );
});

test("bytes in an event are alone in their memory, also when there are none", () => {
  const empty = [
    frameFor(role, { opcode: "binary" }),
    frameFor(role, { opcode: "binary", fin: 0 }),
    frameFor(role, { opcode: "continuation" }),
    frameFor(role, { opcode: "ping" }),
  ];
  const full = [
    frameFor(role, { opcode: "binary", payload: pattern(3) }),
    frameFor(role, { opcode: "binary", fin: 0, payload: pattern(3) }),
    frameFor(role, { opcode: "continuation", payload: pattern(70_000) }),
    frameFor(role, { opcode: "pong", payload: pattern(3) }),
  ];
  const events = feedAll(readerFor({ role }), [...empty, ...empty, ...full, join(...full)]);
  const buffers = new Set<ArrayBuffer>();
  for (const event of events) {
    assert.ok("data" in event && typeof event.data !== "string");
    assert.equal(event.data.byteLength, event.data.buffer.byteLength);
    buffers.add(event.data.buffer);
  }
  assert.equal(buffers.size, 12);
});

test("bytes that a codec lends are copied, and those that it gives are handed on", () => {
  for (const room of [300, 301]) {
    const block = new Uint8Array(room);
    const inflate = (payload: Uint8Array): Uint8Array<ArrayBuffer> => {
      block.set(payload);
      return block.subarray(0, payload.length);
    };
    const wire = frameFor(role, { opcode: "binary", rsv: 4, payload: pattern(300) });
    const [event] = feedAll(readerFor({ role, codec: { ...backwardsCodec, inflate } }), [wire]);
    assert.ok(event?.type === "binary");
    assert.deepEqual(event.data, Uint8Array.from(pattern(300)));
    assert.equal(event.data.buffer.byteLength, 300);
    assert.equal(event.data.buffer === block.buffer, room === 300);
  }
});

test("a receiver that transfers every message away does not disturb the next", () => {
  const reader = readerFor({ role });
  const wire = join(
    frameFor(role, { opcode: "binary", fin: 0 }),
    frameFor(role, { opcode: "continuation" }),
  );
  for (let round = 0; round < 2; round++) {
    const [event] = feedAll(reader, [wire]);
    assert.ok(event?.type === "binary");
    structuredClone(event.data, { transfer: [event.data.buffer] });
  }
  const message = frameFor(role, { opcode: "binary", payload: pattern(300) });
  assert.deepEqual(feedAll(reader, cut(message, [100])), [
    { type: "binary", data: Uint8Array.from(pattern(300)) },
  ]);
});

test("a header alone costs no memory, whatever it announces", () => {
  const sizes: number[] = [];
  const counting = {
    ...runtime,
    allocate: (size: number) => {
      sizes.push(size);
      return new Uint8Array(size);
    },
  };
  const reader = readerFor({ role, runtime: counting, maxMessageSize: 1 << 30 });
  const header = frameFor(role, { opcode: "binary", announced: 1n << 29n });
  assert.deepEqual(feedAll(reader, [header]), []);
  assert.deepEqual(sizes, []);
  feedAll(reader, [pattern(1000)]);
  assert.ok(
    sizes.every((size) => size <= 65_536),
    `allocated ${sizes}`,
  );
});

test("a message that comes in many small fragments is copied a few times, not each time", () => {
  let copied = 0;
  const counting = {
    ...runtime,
    allocate: (size: number) => {
      copied += size;
      return new Uint8Array(size);
    },
  };
  const reader = readerFor({ role, runtime: counting });
  const fragment = frameFor(role, { opcode: "continuation", fin: 0, payload: pattern(100) });
  feedAll(reader, [frameFor(role, { opcode: "binary", fin: 0 })]);
  for (let count = 0; count < 5000; count++) {
    reader.feed(fragment.slice());
    assert.equal(reader.next(), undefined);
  }
  assert.ok(copied < 4 * 500_000, `${copied} bytes allocated for 500,000`);
});

test("a binary event has the ends of its fragments if somebody asks", () => {
  const fragments = join(
    frameFor(role, { opcode: "binary", fin: 0, payload: "abc" }),
    frameFor(role, { opcode: "continuation", fin: 0 }),
    frameFor(role, { opcode: "continuation", payload: "de" }),
  );
  const reader = readerFor({ role });
  reader.cutting = true;
  const data = Uint8Array.from(toBytes("abcde"));
  const cutted: ReadEvent = { type: "binary", data, cuts: [3, 5] };
  assert.deepEqual(feedAll(reader, [fragments, fragments]), [cutted, cutted]);
  reader.cutting = false;
  assert.deepEqual(feedAll(reader, [fragments]), [{ type: "binary", data }]);
});

test("after stop nothing comes any more, and what is fed is not kept", () => {
  const reader = readerFor({ role });
  reader.feed(frameFor(role, { opcode: "text", payload: "a" }));
  reader.stop();
  assert.equal(reader.next(), undefined);
  assert.deepEqual(feedAll(reader, [frameFor(role, { opcode: "close" })]), []);
});

test("any bytes in any pieces give the same events as whole, and never throw", () => {
  const plausible = fc
    .array(
      fc.record({
        opcode: fc.constantFrom(0, 1, 2, 8, 9, 10, 3),
        fin: fc.constantFrom(0 as const, 1 as const),
        rsv: fc.constantFrom(0, 0, 0, 0, 4),
        masked: fc.constantFrom(true, true, true, true, false),
        payload: fc.uint8Array({ maxLength: 140 }),
      }),
      { maxLength: 6 },
    )
    .map((list) => join(...list.map((parts) => frameFor(role, parts))));
  const wire = fc.oneof(plausible, fc.uint8Array({ maxLength: 60 }));
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(wire, sizes, (bytes, chunks) => {
      const whole = feedAll(readerFor({ role }), [bytes]);
      const pieces = feedAll(readerFor({ role }), cut(bytes, chunks));
      assert.deepEqual(pieces, whole);
    }),
  );
});

describe("the pieces that a frame comes in", () => {
  const tooMany: ReadEvent = { type: "fail", failure: failures.tooManyPieces };
  const whole = { opcode: "binary", payload: pattern(6) } as const;
  const frame = frameFor(role, whole);
  const header = frame.length - 6;

  test("are bounded where that is asked for, on the first one that is too many", () => {
    const pieces = cut(frame, [header, 2, 2, 2]);
    const binary: ReadEvent = { type: "binary", data: Uint8Array.from(pattern(6)) };
    assert.deepEqual(feedAll(readerFor({ role, maxPieces: 2 }), pieces), [tooMany]);
    assert.deepEqual(feedAll(readerFor({ role, maxPieces: 3 }), pieces), [binary]);
    assert.deepEqual(feedAll(readerFor({ role }), cut(frame, [1])), [binary]);
  });

  test("are those of a control frame as well", () => {
    const ping = frameFor(role, { opcode: "ping", payload: "1234" });
    const pieces = cut(ping, [ping.length - 2, 1, 1]);
    assert.deepEqual(feedAll(readerFor({ role, maxPieces: 1 }), pieces), [tooMany]);
  });

  test("are counted for each frame anew, and once however often one pulls", () => {
    const reader = readerFor({ role, maxPieces: 2 });
    const first = frameFor(role, { opcode: "text", fin: 0, payload: "ab" });
    const second = frameFor(role, { opcode: "continuation", payload: "cd" });
    const pieces = [first, second].flatMap((bytes) => cut(bytes, [bytes.length - 1, 1]));
    const events: (ReadEvent | undefined)[] = [];
    for (const piece of pieces) {
      reader.feed(piece);
      events.push(reader.next(), reader.next(), reader.next());
      reader.keep();
    }
    assert.deepEqual(events.filter(Boolean), [{ type: "text", data: "abcd" }]);
  });
});
