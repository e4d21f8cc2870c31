/**
 * What a peer may send and what it must not, as one table: bytes on the wire, and the events that
 * they are. The tests feed every row whole, byte by byte, cut at each place, and with the beginning
 * of another frame behind it.
 */
import type { MessageCodec } from "../protocol/codec.ts";
import { type FailureName, failures } from "../protocol/failures.ts";
import type { ReadEvent, ReaderOptions } from "../protocol/reader.ts";
import {
  backwardsCodec,
  closePayload,
  type FrameParts,
  frameFor,
  join,
  pattern,
  type Role,
  toBytes,
} from "./frames.test.util.ts";
import { broken, wellFormed } from "./utf8-cases.test.util.ts";

export interface WireCase {
  readonly name: string;
  /** Section of RFC 6455, or of RFC 7692 where it says so. */
  readonly section: string;
  /** Who receives. */
  readonly role: Role;
  readonly wire: Uint8Array;
  readonly expected: readonly ReadEvent[];
  /** After how many bytes of the wire the last event is out; all by default. */
  readonly decidedBy?: number;
  readonly codec?: MessageCodec;
  readonly maxMessageSize?: number;
  readonly maxFragments?: number;
  readonly texts?: ReaderOptions["texts"];
}

const text = (data: string): ReadEvent => ({ type: "text", data });
const binary = (data: Uint8Array): ReadEvent => ({ type: "binary", data: Uint8Array.from(data) });
const ping = (data: string): ReadEvent => ({ type: "ping", data: Uint8Array.from(toBytes(data)) });
const pong = (data: string): ReadEvent => ({ type: "pong", data: Uint8Array.from(toBytes(data)) });
const close = (code: number, reason = ""): ReadEvent => ({
  type: "close",
  close: { code, reason },
});
const fail = (name: FailureName, found?: number): ReadEvent => {
  const failure = failures[name];
  return found === undefined ? { type: "fail", failure } : { type: "fail", failure, found };
};

const roles: readonly Role[] = ["client", "server"];

/** The rows of a rule that holds for both roles: one for each. */
function forBoth(name: string, section: string, row: (frame: Framer) => Row): WireCase[] {
  return roles.map((role) => {
    const frame = (parts: FrameParts): Uint8Array => frameFor(role, parts);
    return { name: `${name} (to a ${role})`, section, role, ...row(frame) };
  });
}

type Framer = (parts: FrameParts) => Uint8Array;
type Row = Omit<WireCase, "name" | "section" | "role">;

/** A row that fails on its last frame's header, before any payload of it. */
function failing(
  wire: Uint8Array,
  name: FailureName,
  { found, ...more }: Partial<Row> & { readonly found?: number } = {},
): Row {
  return { wire, expected: [fail(name, found)], ...more };
}

const borders = [0, 1, 125, 126, 127, 65_535, 65_536];

const lengths: readonly WireCase[] = borders.flatMap((size) => [
  ...forBoth(`a binary message of ${size} bytes`, "5.2", (frame) => ({
    wire: frame({ opcode: "binary", payload: pattern(size) }),
    expected: [binary(pattern(size))],
  })),
  ...forBoth(`a text message of ${size} bytes`, "5.2", (frame) => ({
    wire: frame({ opcode: "text", payload: "a".repeat(size) }),
    expected: [text("a".repeat(size))],
  })),
]);

const wrongLengths: readonly WireCase[] = [
  ...[0n, 1n, 125n].flatMap((announced) =>
    forBoth(`the length ${announced} in 16 bits`, "5.2", (frame) =>
      failing(frame({ opcode: "binary", announced, lengthBits: 16 }), "lengthNotMinimal"),
    ),
  ),
  ...[0n, 125n, 126n, 65_535n].flatMap((announced) =>
    forBoth(`the length ${announced} in 64 bits`, "5.2", (frame) =>
      failing(frame({ opcode: "binary", announced, lengthBits: 64 }), "lengthNotMinimal"),
    ),
  ),
  ...[1n << 63n, (1n << 64n) - 1n, (1n << 63n) | 5n].flatMap((announced) =>
    forBoth(`the length ${announced}, whose first bit is 1`, "5.2", (frame) =>
      failing(frame({ opcode: "binary", announced, lengthBits: 64 }), "lengthSign"),
    ),
  ),
];

const reservedOpcodes: readonly WireCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) =>
  forBoth(`the reserved opcode ${opcode}`, "5.2", (frame) =>
    failing(frame({ opcode, payload: "abc" }), "reservedOpcode", { decidedBy: 2, found: opcode }),
  ),
);

const nameFor = (rsv: number): FailureName => (rsv === 4 ? "compressedUnasked" : "reservedBits");
const anyOpcode = ["text", "binary", "close", "ping", "pong"] as const;

const reservedBits: readonly WireCase[] = [1, 2, 3, 4, 5, 6, 7].flatMap((rsv) => [
  ...anyOpcode.flatMap((opcode) =>
    forBoth(`the reserved bits ${rsv} on a ${opcode} frame without extensions`, "5.2", (frame) =>
      failing(frame({ opcode, rsv }), nameFor(rsv), { decidedBy: 2 }),
    ),
  ),
  ...forBoth(`the reserved bits ${rsv} on a continuation without extensions`, "5.2", (frame) => {
    const first = frame({ opcode: "text", fin: 0, payload: "a" });
    return failing(join(first, frame({ opcode: "continuation", rsv })), nameFor(rsv), {
      decidedBy: first.length + 2,
    });
  }),
]);

const codec = backwardsCodec;

const compressed: readonly WireCase[] = [
  ...forBoth("RSV1 on a text message is a compressed one", "RFC 7692, 6.2", (frame) => ({
    wire: frame({ opcode: "text", rsv: 4, payload: "Zolleh" }),
    expected: [text("hello")],
    codec,
  })),
  ...forBoth("a message without RSV1 is plain beside a codec", "RFC 7692, 6.2", (frame) => ({
    wire: frame({ opcode: "text", payload: "Zolleh" }),
    expected: [text("Zolleh")],
    codec,
  })),
  ...forBoth("a compressed message in fragments, RSV1 on the first", "RFC 7692, 6.2", (frame) => ({
    wire: join(
      frame({ opcode: "binary", rsv: 4, fin: 0, payload: "Zol" }),
      frame({ opcode: "ping", payload: "?" }),
      frame({ opcode: "continuation", fin: 0 }),
      frame({ opcode: "continuation", payload: "leh" }),
      frame({ opcode: "text", payload: "plain" }),
    ),
    expected: [ping("?"), binary(toBytes("hello")), text("plain")],
    codec,
  })),
  ...forBoth("RSV1 on a later fragment", "RFC 7692, 6.1", (frame) => {
    const first = frame({ opcode: "text", rsv: 4, fin: 0, payload: "Za" });
    const wire = join(first, frame({ opcode: "continuation", rsv: 4, payload: "b" }));
    return failing(wire, "compressedContinuation", { codec, decidedBy: first.length + 2 });
  }),
  ...["close", "ping", "pong"].flatMap((opcode) =>
    forBoth(`RSV1 on a ${opcode} frame`, "RFC 7692, 6.1", (frame) =>
      failing(frame({ opcode: opcode as "ping", rsv: 4 }), "compressedUnasked", {
        codec,
        decidedBy: 2,
      }),
    ),
  ),
  ...[1, 2, 3, 5, 6, 7].flatMap((rsv) =>
    forBoth(`the reserved bits ${rsv} beside a codec`, "5.2", (frame) =>
      failing(frame({ opcode: "text", rsv }), "reservedBits", { codec, decidedBy: 2 }),
    ),
  ),
  ...forBoth("compressed data that cannot be inflated", "RFC 7692, 7.2.2", (frame) =>
    failing(frame({ opcode: "binary", rsv: 4, payload: "!!" }), "compressedDataCorrupt", { codec }),
  ),
  ...forBoth("a compressed message over the limit once inflated", "7.4.1", (frame) => {
    const greedy: MessageCodec = { ...codec, inflate: () => "tooBig" };
    const wire = frame({ opcode: "binary", rsv: 4, payload: "Z" });
    return failing(wire, "messageTooBig", { codec: greedy });
  }),
  ...forBoth("a compressed message on which our own codec fails", "7.4.1", (frame) => {
    const cause = new Error("no memory");
    const failing: MessageCodec = {
      ...codec,
      inflate() {
        throw cause;
      },
    };
    const wire = frame({ opcode: "binary", rsv: 4, payload: "Z" });
    const event: ReadEvent = { type: "fail", failure: failures.internalError, cause };
    return { wire, expected: [event], codec: failing };
  }),
  ...forBoth("a compressed text that is not UTF-8 once inflated", "8.1", (frame) =>
    failing(frame({ opcode: "text", rsv: 4, payload: Uint8Array.of(0x5a, 0x80) }), "textNotUtf8", {
      codec,
    }),
  ),
];

const masking: readonly WireCase[] = [
  ...anyOpcode.flatMap((opcode): WireCase[] => [
    {
      name: `an unmasked ${opcode} frame to a server`,
      section: "5.1",
      role: "server",
      ...failing(frameFor("server", { opcode, masked: false }), "unmaskedFromClient", {
        decidedBy: 2,
      }),
    },
    {
      name: `a masked ${opcode} frame to a client`,
      section: "5.1",
      role: "client",
      ...failing(frameFor("client", { opcode, masked: true }), "maskedFromServer", {
        decidedBy: 2,
      }),
    },
  ]),
  ...["00000000", "ffffffff", "00000001", "01000000", "80808080"].map(
    (hex): WireCase => ({
      name: `a message masked with the key ${hex}`,
      section: "5.3",
      role: "server",
      wire: join(
        frameFor("server", {
          opcode: "text",
          payload: "masked text",
          key: Buffer.from(hex, "hex"),
        }),
        frameFor("server", { opcode: "ping", payload: "again!", key: Buffer.from(hex, "hex") }),
      ),
      expected: [text("masked text"), ping("again!")],
    }),
  ),
];

const control: readonly WireCase[] = [
  ...forBoth("a ping and a pong", "5.5.2", (frame) => ({
    wire: join(frame({ opcode: "ping", payload: "hello" }), frame({ opcode: "pong" })),
    expected: [ping("hello"), pong("")],
  })),
  ...forBoth("a ping of 125 bytes", "5.5", (frame) => ({
    wire: frame({ opcode: "ping", payload: "p".repeat(125) }),
    expected: [ping("p".repeat(125))],
  })),
  ...forBoth("control frames between fragments", "5.4", (frame) => ({
    wire: join(
      frame({ opcode: "text", fin: 0, payload: "one " }),
      frame({ opcode: "ping", payload: "1" }),
      frame({ opcode: "continuation", fin: 0, payload: "two " }),
      frame({ opcode: "pong", payload: "2" }),
      frame({ opcode: "ping" }),
      frame({ opcode: "continuation", payload: "three" }),
    ),
    expected: [ping("1"), pong("2"), ping(""), text("one two three")],
  })),
  ...forBoth("a Close between fragments", "5.5.1", (frame) => ({
    wire: join(
      frame({ opcode: "binary", fin: 0, payload: "lost" }),
      frame({ opcode: "close", payload: closePayload(1001) }),
    ),
    expected: [close(1001)],
  })),
  ...(["close", "ping", "pong"] as const).flatMap((opcode) => [
    ...forBoth(`a fragmented ${opcode}`, "5.5", (frame) =>
      failing(frame({ opcode, fin: 0 }), "controlFragmented", { decidedBy: 2 }),
    ),
    ...forBoth(`a ${opcode} of 126 bytes`, "5.5", (frame) =>
      failing(frame({ opcode, payload: pattern(126) }), "controlTooLong", {
        decidedBy: 2,
        found: 126,
      }),
    ),
    ...forBoth(`a ${opcode} with a 64-bit length`, "5.5", (frame) =>
      failing(frame({ opcode, announced: 1n, lengthBits: 64 }), "controlTooLong", {
        decidedBy: 2,
        found: 127,
      }),
    ),
  ]),
];

const fragments: readonly WireCase[] = [
  ...forBoth("a message in three fragments", "5.4", (frame) => ({
    wire: join(
      frame({ opcode: "binary", fin: 0, payload: pattern(5) }),
      frame({ opcode: "continuation", fin: 0, payload: pattern(130, 1) }),
      frame({ opcode: "continuation", payload: pattern(7, 2) }),
    ),
    expected: [binary(join(pattern(5), pattern(130, 1), pattern(7, 2)))],
  })),
  ...forBoth("fragments without a payload", "5.4", (frame) => ({
    wire: join(
      frame({ opcode: "text", fin: 0 }),
      frame({ opcode: "continuation", fin: 0 }),
      frame({ opcode: "continuation", fin: 0, payload: "only this" }),
      frame({ opcode: "continuation" }),
      frame({ opcode: "binary", fin: 0 }),
      frame({ opcode: "continuation" }),
    ),
    expected: [text("only this"), binary(new Uint8Array(0))],
  })),
  ...forBoth("messages that follow each other", "5.4", (frame) => ({
    wire: join(
      frame({ opcode: "text", payload: "a" }),
      frame({ opcode: "text", fin: 0, payload: "b" }),
      frame({ opcode: "continuation", payload: "c" }),
      frame({ opcode: "binary", payload: "d" }),
    ),
    expected: [text("a"), text("bc"), binary(toBytes("d"))],
  })),
  ...forBoth("a continuation of nothing", "5.4", (frame) =>
    failing(frame({ opcode: "continuation", payload: "a" }), "nothingToContinue", { decidedBy: 2 }),
  ),
  ...forBoth("a continuation after a finished message", "5.4", (frame) => {
    const message = join(
      frame({ opcode: "text", fin: 0, payload: "a" }),
      frame({ opcode: "continuation", payload: "b" }),
    );
    return {
      wire: join(message, frame({ opcode: "continuation", fin: 0 })),
      expected: [text("ab"), fail("nothingToContinue")],
      decidedBy: message.length + 2,
    };
  }),
  ...(["text", "binary"] as const).flatMap((opcode, index) =>
    forBoth(`a ${opcode} frame before the fragmented message ended`, "5.4", (frame) => {
      const first = frame({ opcode: "text", fin: 0, payload: "a" });
      const wire = join(first, frame({ opcode, payload: "b" }));
      const decidedBy = first.length + 2;
      return failing(wire, "messageInterrupted", { decidedBy, found: index + 1 });
    }),
  ),
];

const goodText = join(...wellFormed);
const goodString = new TextDecoder("utf-8", { ignoreBOM: true }).decode(goodText);

const utf8: readonly WireCase[] = [
  ...forBoth("text with every row of UTF-8's table", "8.1", (frame) => ({
    wire: frame({ opcode: "text", payload: goodText }),
    expected: [text(goodString)],
  })),
  ...forBoth("text cut inside its sequences by fragments", "8.1", (frame) => ({
    wire: join(
      ...Array.from(goodText, (byte, index) =>
        frame({
          opcode: index === 0 ? "text" : "continuation",
          fin: 0,
          payload: Uint8Array.of(byte),
        }),
      ),
      frame({ opcode: "continuation" }),
    ),
    expected: [text(goodString)],
  })),
  ...forBoth("a byte order mark, which is kept", "5.6", (frame) => ({
    wire: join(
      frame({ opcode: "text", payload: "\ufeffa" }),
      frame({ opcode: "text", fin: 0, payload: "\ufeff" }),
      frame({ opcode: "continuation", payload: "\ufeff" }),
    ),
    expected: [text("\ufeffa"), text("\ufeff\ufeff")],
  })),
  ...broken.flatMap(({ name, bytes, badAt }) => [
    ...forBoth(`text with ${name}`, "8.1", (frame) => {
      // ASCII behind it, so that the failure is due in the middle of the frame.
      const cutOff = badAt === bytes.length;
      const payload = cutOff
        ? join(toBytes("ok "), bytes)
        : join(toBytes("ok "), bytes, pattern(9));
      const wire = frame({ opcode: "text", payload });
      const decidedBy = wire.length - payload.length + 3 + badAt + (cutOff ? 0 : 1);
      return failing(wire, "textNotUtf8", { decidedBy });
    }),
    ...forBoth(`text in fragments with ${name}`, "8.1", (frame) => {
      const head = frame({ opcode: "text", fin: 0, payload: bytes.slice(0, 1) });
      const tail = frame({ opcode: "continuation", payload: bytes.slice(1) });
      const wire = join(head, tail);
      if (badAt === 0) return failing(wire, "textNotUtf8", { decidedBy: head.length });
      const decidedBy = wire.length - bytes.length + Math.min(badAt + 1, bytes.length);
      return failing(wire, "textNotUtf8", { decidedBy });
    }),
  ]),
];

const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
const unsendable = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const closes: readonly WireCase[] = [
  ...forBoth("a Close without a body", "7.1.5", (frame) => ({
    wire: frame({ opcode: "close" }),
    expected: [close(1005)],
  })),
  ...forBoth("a Close with a body of one byte", "5.5.1", (frame) =>
    failing(frame({ opcode: "close", payload: Uint8Array.of(3) }), "closeLength"),
  ),
  ...[...sendable, 3000, 3999, 4000, 4999].flatMap((code) =>
    forBoth(`a Close with the code ${code}`, "7.4", (frame) => ({
      wire: frame({ opcode: "close", payload: closePayload(code, "why") }),
      expected: [close(code, "why")],
    })),
  ),
  ...unsendable.flatMap((code) =>
    forBoth(`a Close with the code ${code}, which must not be sent`, "7.4", (frame) =>
      failing(frame({ opcode: "close", payload: closePayload(code) }), "closeCode", {
        found: code,
      }),
    ),
  ),
  ...forBoth("a Close with a reason of 123 bytes", "5.5.1", (frame) => ({
    wire: frame({ opcode: "close", payload: closePayload(1000, "é".repeat(61).concat("!")) }),
    expected: [close(1000, "é".repeat(61).concat("!"))],
  })),
  ...broken.flatMap(({ name, bytes }) =>
    forBoth(`a Close whose reason has ${name}`, "5.5.1", (frame) =>
      failing(frame({ opcode: "close", payload: closePayload(1000, bytes) }), "closeReason"),
    ),
  ),
  ...forBoth("whatever follows a Close is discarded", "5.5.1", (frame) => {
    const wire = frame({ opcode: "close", payload: closePayload(4000) });
    return {
      wire: join(wire, frame({ opcode: "text", payload: "late" }), frame({ opcode: 15, rsv: 7 })),
      expected: [close(4000)],
      decidedBy: wire.length,
    };
  }),
];

const limits: readonly WireCase[] = [
  ...forBoth("a message as large as the limit", "7.4.1", (frame) => ({
    wire: frame({ opcode: "binary", payload: pattern(10) }),
    expected: [binary(pattern(10))],
    maxMessageSize: 10,
  })),
  ...forBoth("a message over the limit, by its header alone", "7.4.1", (frame) =>
    failing(frame({ opcode: "binary", announced: 11n }), "messageTooBig", { maxMessageSize: 10 }),
  ),
  ...[65_536n, 1n << 32n, (1n << 53n) + 1n, (1n << 63n) - 1n].flatMap((announced) =>
    forBoth(`a message of ${announced} bytes, by its header alone`, "7.4.1", (frame) =>
      failing(frame({ opcode: "text", announced }), "messageTooBig", { maxMessageSize: 65_535 }),
    ),
  ),
  ...forBoth("fragments that add up to the limit", "7.4.1", (frame) => ({
    wire: join(
      frame({ opcode: "text", fin: 0, payload: "123456" }),
      frame({ opcode: "ping", payload: "not counted" }),
      frame({ opcode: "continuation", payload: "7890" }),
      frame({ opcode: "text", payload: "and again" }),
    ),
    expected: [ping("not counted"), text("1234567890"), text("and again")],
    maxMessageSize: 10,
  })),
  ...forBoth("fragments that add up to more, by the last header alone", "7.4.1", (frame) =>
    failing(
      join(
        frame({ opcode: "text", fin: 0, payload: "123456" }),
        frame({ opcode: "continuation", fin: 0, announced: 5n }),
      ),
      "messageTooBig",
      { maxMessageSize: 10 },
    ),
  ),
];

const utf8Event = (data: Uint8Array): ReadEvent => ({ type: "utf8", data: Uint8Array.from(data) });

const textsAsBytes: readonly WireCase[] = [
  ...forBoth("a text as its bytes", "5.6", (frame) => ({
    wire: frame({ opcode: "text", payload: "zwölf" }),
    expected: [utf8Event(toBytes("zwölf"))],
    texts: "bytes",
  })),
  ...forBoth("a text in fragments as its bytes", "5.6", (frame) => ({
    wire: join(
      frame({ opcode: "text", fin: 0, payload: toBytes("zwölf").subarray(0, 3) }),
      frame({ opcode: "continuation", payload: toBytes("zwölf").subarray(3) }),
    ),
    expected: [utf8Event(toBytes("zwölf"))],
    texts: "bytes",
  })),
  ...forBoth("a compressed text as its bytes", "RFC 7692, 6.2", (frame) => ({
    wire: frame({ opcode: "text", rsv: 4, payload: "Zolleh" }),
    expected: [utf8Event(toBytes("hello"))],
    texts: "bytes",
    codec,
  })),
  ...forBoth("a text as its bytes that is not UTF-8", "8.1", (frame) => ({
    wire: frame({ opcode: "text", payload: Uint8Array.of(0x61, 0xff) }),
    expected: [fail("textNotUtf8")],
    texts: "bytes",
  })),
  ...forBoth("a text that nobody checks", "8.1", (frame) => ({
    wire: join(
      frame({ opcode: "text", payload: Uint8Array.of(0x61, 0xff) }),
      frame({ opcode: "text", fin: 0, payload: Uint8Array.of(0xc3) }),
      frame({ opcode: "continuation" }),
      frame({ opcode: "close", payload: Uint8Array.of(0x03, 0xe8, 0xff) }),
    ),
    expected: [utf8Event(Uint8Array.of(0x61, 0xff)), utf8Event(Uint8Array.of(0xc3)), close(1000)],
    texts: "unchecked",
  })),
];

const fragmentLimit: readonly WireCase[] = forBoth(
  "a fragment over their limit",
  "10.4",
  (frame) => {
    const good = join(
      frame({ opcode: "binary", fin: 0 }),
      frame({ opcode: "ping" }),
      frame({ opcode: "continuation", payload: "a" }),
      frame({ opcode: "text", fin: 0 }),
      frame({ opcode: "continuation", fin: 0 }),
    );
    const over = frame({ opcode: "continuation" });
    return {
      wire: join(good, over),
      expected: [ping(""), binary(toBytes("a")), fail("tooManyFragments")],
      decidedBy: good.length + over.length,
      maxFragments: 2,
    };
  },
);

const faults: readonly WireCase[] = [
  ...forBoth("what came whole before a fault is delivered", "7.1.7", (frame) => {
    const good = join(
      frame({ opcode: "text", payload: "first" }),
      frame({ opcode: "ping", payload: "second" }),
    );
    return {
      wire: join(good, frame({ opcode: 3 }), frame({ opcode: "text", payload: "never" })),
      expected: [text("first"), ping("second"), fail("reservedOpcode", 3)],
      decidedBy: good.length + 2,
    };
  }),
  ...forBoth("whatever follows a fault is discarded", "7.1.7", (frame) =>
    failing(
      join(
        frame({ opcode: "text", rsv: 1 }),
        frame({ opcode: "close" }),
        frame({ opcode: "ping" }),
      ),
      "reservedBits",
      { decidedBy: 2 },
    ),
  ),
];

/** All of them. */
export const wireCases: readonly WireCase[] = [
  ...lengths,
  ...wrongLengths,
  ...reservedOpcodes,
  ...reservedBits,
  ...compressed,
  ...masking,
  ...control,
  ...fragments,
  ...utf8,
  ...closes,
  ...limits,
  ...textsAsBytes,
  ...fragmentLimit,
  ...faults,
];
