import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  backwardsCodec,
  cut,
  type FrameParts,
  frameFor,
  join,
  KeepingSink,
  pattern,
  type Role,
  runtime,
  runtimeWithKey,
  toBytes,
} from "../testing/frames.test.util.ts";
import { BINARY, CONTINUATION, FIN, PING, TEXT } from "./frame.ts";
import { type ReadEvent, Reader } from "./reader.ts";
import { COPIED_PAYLOAD, encodeMessage, encodeUtf8, Writer } from "./writer.ts";

fc.configureGlobal({ seed: 6455 });

const key = Uint8Array.of(0xa1, 0x02, 0x03, 0xf4);
const receiverOf = { client: "server", server: "client" } as const;

/** What `write` puts on the wire in the role. */
function written(
  role: Role,
  write: (writer: Writer) => void,
  sink = new KeepingSink(),
): Uint8Array {
  write(new Writer(role, runtimeWithKey(key), sink, backwardsCodec));
  return sink.take();
}

const borders = [0, 1, 125, 126, 127, COPIED_PAYLOAD, COPIED_PAYLOAD + 1, 65_535, 65_536];

for (const role of ["client", "server"] as const) {
  const expect = (parts: FrameParts): Uint8Array => frameFor(receiverOf[role], { key, ...parts });

  describe(`a ${role} writes`, () => {
    for (const size of borders) {
      test(`a binary message of ${size} bytes as one frame`, () => {
        const bytes = written(role, (writer) => writer.bytes(BINARY, pattern(size), false));
        assert.deepEqual(bytes, expect({ opcode: "binary", payload: pattern(size) }));
      });

      test(`a text message of ${size} bytes as one frame`, () => {
        const text = "a".repeat(size);
        const bytes = written(role, (writer) => writer.text(text, false));
        assert.deepEqual(bytes, expect({ opcode: "text", payload: text }));
      });
    }

    for (const size of [40, 62, 63, 64, 100, 125, 126, 5461, 5462, 21_846, 32_768, 65_535]) {
      test(`text of ${size} units that takes two and three bytes each`, () => {
        for (const text of ["é".repeat(size), "€".repeat(size), "😀".repeat(size / 2)]) {
          const bytes = written(role, (writer) => writer.text(text, false));
          assert.deepEqual(bytes, expect({ opcode: "text", payload: text }));
        }
      });
    }

    test("a lone surrogate as U+FFFD", () => {
      for (const size of [1, 125, 20_000]) {
        const lone = "\udc00a\ud800b".repeat(size);
        const bytes = written(role, (writer) => writer.text(lone, false));
        assert.deepEqual(bytes, expect({ opcode: "text", payload: "\ufffda\ufffdb".repeat(size) }));
      }
    });

    test("control frames and fragments with their opcodes and FIN", () => {
      const bytes = written(role, (writer) => {
        writer.fragment(TEXT, toBytes("one"), false);
        writer.frame(FIN | PING, toBytes("?"));
        writer.fragment(CONTINUATION, new Uint8Array(0), false);
        writer.fragment(CONTINUATION, toBytes("two"), true);
        writer.fragment(BINARY, toBytes("all"), true);
      });
      const expected = join(
        expect({ opcode: "text", fin: 0, payload: "one" }),
        expect({ opcode: "ping", payload: "?" }),
        expect({ opcode: "continuation", fin: 0 }),
        expect({ opcode: "continuation", payload: "two" }),
        expect({ opcode: "binary", payload: "all" }),
      );
      assert.deepEqual(bytes, expected);
    });

    test("a compressed message with RSV1, where the codec took it and it was asked for", () => {
      const bytes = written(role, (writer) => {
        writer.text("hello", true);
        writer.bytes(BINARY, toBytes("hello"), true);
        writer.text("abc", true);
        writer.text("hello", false);
      });
      const expected = join(
        expect({ opcode: "text", rsv: 4, payload: "Zolleh" }),
        expect({ opcode: "binary", rsv: 4, payload: "Zolleh" }),
        expect({ opcode: "text", payload: "abc" }),
        expect({ opcode: "text", payload: "hello" }),
      );
      assert.deepEqual(bytes, expected);
    });

    test("each frame with one commit, after all of its bytes", () => {
      const sink = new KeepingSink();
      const sizes: number[] = [];
      sink.commit = () => sizes.push(sink.take().length);
      written(
        role,
        (writer) => {
          writer.text("a", false);
          writer.text("é".repeat(10_000), false);
          writer.bytes(BINARY, pattern(COPIED_PAYLOAD + 1), false);
          writer.frame(FIN | PING, new Uint8Array(0));
        },
        sink,
      );
      const header = role === "client" ? 4 : 0;
      assert.deepEqual(
        sizes,
        [3, 20_004, COPIED_PAYLOAD + 5, 2].map((size) => size + header),
      );
    });

    test("never into the caller's bytes", () => {
      for (const size of [10, COPIED_PAYLOAD + 1]) {
        const data = pattern(size);
        written(role, (writer) => writer.bytes(BINARY, data, false));
        assert.deepEqual(data, pattern(size));
      }
    });
  });
}

test("a server hands a large payload on by reference, and copies it up to 16 KiB", () => {
  for (const [size, byReference] of [
    [COPIED_PAYLOAD, false],
    [COPIED_PAYLOAD + 1, true],
  ] as const) {
    const sink = new KeepingSink();
    const data = pattern(size);
    written("server", (writer) => writer.bytes(BINARY, data, false), sink);
    assert.equal(sink.pushed.includes(data), byReference, `${size}`);
  }
});

test("a client never puts a payload unmasked on the wire, nor by reference", () => {
  const sink = new KeepingSink();
  const data = pattern(COPIED_PAYLOAD + 1);
  written("client", (writer) => writer.bytes(BINARY, data, false), sink);
  assert.ok(!sink.pushed.some((bytes) => bytes.buffer === data.buffer));
});

test("keys come from the runtime, a fresh one for each frame, however many there are", () => {
  let drawn = 0;
  const counting = {
    ...runtime,
    fillRandom(bytes: Uint8Array) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (let at = 0; at < bytes.length; at += 4) view.setUint32(at, ++drawn);
    },
  };
  const sink = new KeepingSink();
  const writer = new Writer("client", counting, sink, undefined);
  const seen = new Set<string>();
  for (let count = 0; count < 3000; count++) {
    writer.text("", false);
    seen.add(Buffer.from(sink.take().subarray(2)).toString("hex"));
  }
  assert.equal(seen.size, 3000);
  assert.ok(drawn >= 3000);
});

test("a message encoded for many is the frame that a server writes", () => {
  for (const message of ["", "a".repeat(125), "é€😀\ud800".repeat(30), "a".repeat(70_000)]) {
    const expected = frameFor("client", { opcode: "text", payload: message });
    assert.deepEqual(encodeMessage(message, runtime), expected);
  }
  for (const size of borders) {
    const frame = encodeMessage(pattern(size), runtime);
    assert.deepEqual(frame, frameFor("client", { opcode: "binary", payload: pattern(size) }));
    assert.deepEqual(
      written("server", (writer) => writer.encoded(frame)),
      frame,
    );
  }
});

test("text encodes as the platform's encoder does", () => {
  for (const text of ["", "plain", "é€😀", "\ud83d", "\ude00\ud83d"]) {
    assert.deepEqual(encodeUtf8(text, runtime), toBytes(text));
  }
});

// ---- both directions

type Intent =
  | { readonly kind: "text"; readonly data: string; readonly compress: boolean }
  | { readonly kind: "binary"; readonly data: Uint8Array; readonly compress: boolean }
  | { readonly kind: "ping" | "pong"; readonly data: Uint8Array }
  | { readonly kind: "fragments"; readonly parts: readonly Uint8Array[]; readonly ping: boolean };

const sizeAtBorders = fc.oneof(
  fc.nat(300),
  fc.constantFrom(...borders.flatMap((size) => [Math.max(0, size - 1), size, size + 1])),
);
const bytesOfAnySize = fc
  .tuple(sizeAtBorders, fc.nat(255))
  .map(([size, seed]) => pattern(size, seed));
const units = fc.constantFrom("a", "é", "€", "😀", "\ud800", "\udfff", "\0", "\ufeff");
const shortText = fc.array(units, { maxLength: 150 }).map((list) => list.join(""));
const anyText = fc.oneof(
  shortText,
  fc.tuple(fc.array(units, { minLength: 1, maxLength: 3 }), sizeAtBorders).map(repeatTo),
);

function repeatTo([list, size]: [string[], number]): string {
  const unit = list.join("");
  return unit.repeat(Math.floor(size / unit.length));
}

const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), data: anyText, compress: fc.boolean() }),
  fc.record({ kind: fc.constant("binary" as const), data: bytesOfAnySize, compress: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom("ping" as const, "pong" as const),
    data: fc.uint8Array({ maxLength: 125 }),
  }),
  fc.record({
    kind: fc.constant("fragments" as const),
    parts: fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 }),
    ping: fc.boolean(),
  }),
);

function carryOut(writer: Writer, step: Intent): ReadEvent[] {
  switch (step.kind) {
    case "text":
      writer.text(step.data, step.compress);
      return [{ type: "text", data: wellFormedOf(step.data) }];
    case "binary":
      writer.bytes(BINARY, step.data, step.compress);
      return [{ type: "binary", data: Uint8Array.from(step.data) }];
    case "fragments":
      return sendFragments(writer, step.parts, step.ping);
    default:
      writer.frame(FIN | (step.kind === "ping" ? PING : PING + 1), step.data);
      return [{ type: step.kind, data: Uint8Array.from(step.data) }];
  }
}

function wellFormedOf(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

function sendFragments(writer: Writer, parts: readonly Uint8Array[], ping: boolean): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    writer.fragment(index === 0 ? BINARY : CONTINUATION, part, last);
    if (!ping || last) continue;
    writer.frame(FIN | PING, toBytes("between"));
    events.push({ type: "ping", data: Uint8Array.from(toBytes("between")) });
  }
  return [...events, { type: "binary", data: Uint8Array.from(join(...parts)) }];
}

for (const role of ["client", "server"] as const) {
  test(`whatever a ${role} writes arrives the same, however it is cut`, () => {
    const intents = fc.array(intent, { maxLength: 8 });
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70_000 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(intents, sizes, (steps, chunks) => {
        const sink = new KeepingSink();
        const writer = new Writer(role, runtime, sink, backwardsCodec);
        const expected = steps.flatMap((step) => carryOut(writer, step));
        const reader = new Reader({
          role: receiverOf[role],
          maxMessageSize: 1 << 20,
          runtime,
          codec: backwardsCodec,
        });
        assert.deepEqual(readPieces(reader, cut(sink.take(), chunks)), expected);
      }),
      { numRuns: 150 },
    );
  });
}

function readPieces(reader: Reader, pieces: readonly Uint8Array[]): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (const piece of pieces) {
    reader.feed(piece);
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event);
    reader.keep();
    piece.fill(0xaa);
  }
  return events;
}

describe("large texts", () => {
  const sizes = [5461, 5462, COPIED_PAYLOAD, 65_534, 65_535, 65_536, 65_537, 70_000, 300_000];
  const ends = ["", "a", "é", "€", "😀", "\ud83d", "aé", "aaaé", "aaaaé"];
  for (const role of ["client", "server"] as const) {
    for (const size of sizes) {
      test(`of a ${role}, ${size} characters, arrive as they are, whatever they end with`, () => {
        for (const end of ends) {
          for (const text of ["x".repeat(size - end.length) + end, end + "x".repeat(size)]) {
            const wire = written(role, (writer) => writer.text(text, false));
            const reader = new Reader({
              role: receiverOf[role],
              maxMessageSize: 1_000_000,
              runtime: runtimeWithKey(key),
            });
            reader.feed(wire);
            assert.deepEqual(reader.next(), { type: "text", data: wellFormedOf(text) });
            assert.equal(reader.next(), undefined);
          }
        }
      });
    }

    test(`of a ${role} arrive whole where the longer header takes the last bytes of the room`, () => {
      for (let wide = 0; wide <= 20; wide++) {
        const text = "x".repeat(65_530 - wide) + "é".repeat(wide);
        const bytes = written(role, (writer) => writer.text(text, false));
        assert.deepEqual(
          bytes,
          frameFor(receiverOf[role], { key, opcode: "text", payload: text }),
          `${wide} characters of two bytes`,
        );
      }
    });
  }
});
