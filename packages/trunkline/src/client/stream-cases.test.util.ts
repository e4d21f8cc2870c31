/**
 * What a WebSocketStream does, algorithm by algorithm, as a table that runs against ours on Node and
 * against a browser's own (tests/browser/websocket-stream.test.mjs). So nothing here is Node's, and
 * a case says what it saw as plain values. Where a browser differs, its case says so, and why.
 *
 * `answer` is the server of the cases: bytes by hand, so that nothing under test checks itself.
 */
import type { Peer } from "./scripted-peer.test.util.ts";
import type { WebSocketError } from "./websocket-error.ts";
import type {
  WebSocketOpenInfo,
  WebSocketStream,
  WebSocketStreamOptions,
} from "./websocket-stream.ts";

export interface Kit {
  readonly WebSocketStream: typeof WebSocketStream;
  readonly WebSocketError: typeof WebSocketError;
  /** Where the server is, without a slash at its end. */
  readonly base: string;
}

export interface StreamCase {
  readonly name: string;
  run(kit: Kit): unknown;
  readonly expected: unknown;
  /** What Chromium gives instead, and why we do not. */
  readonly chromium?: { readonly gives: unknown; readonly why: string };
}

// ---- saying what was seen

/** A value or an error, as JSON can hold it. */
export function describe(value: unknown): unknown {
  if (typeof value === "string" || value === undefined) return value ?? "undefined";
  if (value instanceof Uint8Array) return `Uint8Array ${value.join(" ")}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${new Uint8Array(value).join(" ")}`;
  if (!(value instanceof Error)) return value;
  const { closeCode, reason } = value as Partial<WebSocketError>;
  return "closeCode" in value ? `${value.name} ${closeCode} ${JSON.stringify(reason)}` : value.name;
}

/** What a promise came to, or what a call threw. */
async function outcome(act: () => unknown): Promise<unknown> {
  try {
    return describe(await act());
  } catch (error) {
    return describe(error);
  }
}

async function open(
  { WebSocketStream, base }: Kit,
  path: string,
  options?: WebSocketStreamOptions,
): Promise<WebSocketOpenInfo & { readonly stream: WebSocketStream }> {
  const stream = new WebSocketStream(`${base}${path}`, options);
  return { stream, ...(await stream.opened) };
}

/** Everything that a reader is given, and how it ends. */
async function readAll(readable: ReadableStream<unknown>): Promise<unknown[]> {
  const reader = readable.getReader();
  const seen: unknown[] = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return [...seen, "done"];
      seen.push(describe(value));
    }
  } catch (error) {
    return [...seen, describe(error)];
  }
}

function members(prototype: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([, { enumerable }]) => enumerable)
    .map(([name]) => name)
    .sort();
}

// ---- the table, in parts

const long = "漢".repeat(42); // 126 bytes

const interfaces: readonly StreamCase[] = [
  {
    name: "the attributes and the operation are enumerable, and there are no others",
    run: ({ WebSocketStream, WebSocketError }) => [
      members(WebSocketStream.prototype),
      members(WebSocketError.prototype),
    ],
    expected: [
      ["close", "closed", "opened", "url"],
      ["closeCode", "reason"],
    ],
  },
  {
    name: "the classes have their lengths, names and tags",
    run: ({ WebSocketStream, WebSocketError }) => [
      [WebSocketStream.length, WebSocketStream.prototype.close.length, WebSocketError.length],
      [WebSocketStream.name, WebSocketError.name],
      Object.prototype.toString.call(WebSocketStream.prototype),
      Object.prototype.toString.call(new WebSocketError()),
    ],
    expected: [
      [1, 0, 0],
      ["WebSocketStream", "WebSocketError"],
      "[object WebSocketStream]",
      "[object WebSocketError]",
    ],
  },
  {
    name: "another this throws, and rejects where the attribute is a promise",
    run: async ({ WebSocketStream }) => {
      const read = (name: string) => () =>
        Object.getOwnPropertyDescriptor(WebSocketStream.prototype, name)?.get?.call({});
      const rejects = (name: string) => read(name)().catch(describe);
      return [
        await outcome(read("url")),
        await rejects("opened"),
        await rejects("closed"),
        await outcome(() => WebSocketStream.prototype.close.call({} as WebSocketStream)),
      ];
    },
    expected: ["TypeError", "TypeError", "TypeError", "TypeError"],
  },
];

const construct = (
  name: string,
  args: (base: string) => readonly unknown[],
  expected: string,
  chromium?: StreamCase["chromium"],
): StreamCase => ({
  name: `the constructor with ${name}: ${expected}`,
  run: ({ WebSocketStream, base }) =>
    outcome(() => {
      const stream: WebSocketStream = Reflect.construct(WebSocketStream, args(base));
      stream.opened.catch(() => {});
      stream.closed.catch(() => {});
      stream.close();
      return "a stream";
    }),
  expected,
  ...(chromium !== undefined && { chromium }),
});

const constructors: readonly StreamCase[] = [
  construct("no URL", () => [], "TypeError"),
  construct("a fragment", (base) => [`${base}/#a`], "SyntaxError"),
  construct("another scheme", () => ["ftp://localhost/"], "SyntaxError"),
  construct("no options", (base) => [base], "a stream"),
  construct("null for options", (base) => [base, null], "a stream"),
  construct("options that are no object", (base) => [base, true], "TypeError"),
  construct("a protocol in their place", (base) => [base, "chat"], "TypeError"),
  construct("protocols in their place", (base) => [base, ["chat"]], "TypeError", {
    gives: "a stream",
    why: "a list is a dictionary without members to WebIDL: the protocols would be lost in silence",
  }),
  construct("a string for protocols", (base) => [base, { protocols: "chat" }], "TypeError"),
  construct("null for protocols", (base) => [base, { protocols: null }], "TypeError"),
  construct("a repeated protocol", (base) => [base, { protocols: ["a", "a"] }], "SyntaxError"),
  construct("a wrong protocol", (base) => [base, { protocols: ["a b"] }], "SyntaxError"),
  construct("null for the signal", (base) => [base, { signal: null }], "TypeError"),
  construct("an option that does not exist", (base) => [base, { retries: 1 }], "TypeError", {
    gives: "a stream",
    why: "a program's misspelt option would have no effect, and nobody would see it",
  }),
];

const urls: readonly StreamCase[] = [
  {
    name: "url is the URL as it was read: ws for http, a path, no default port",
    run: ({ WebSocketStream }) =>
      ["HTTP://LocalHost:80", "wss://localhost:443/a b?c", new URL("ws://localhost:81")].map(
        (url) => {
          const stream = new WebSocketStream(url as string);
          stream.opened.catch(() => {});
          stream.closed.catch(() => {});
          stream.close();
          return stream.url;
        },
      ),
    expected: ["ws://localhost/", "wss://localhost/a%20b?c", "ws://localhost:81/"],
  },
];

const error = (name: string, args: readonly unknown[], expected: string): StreamCase => ({
  name: `new WebSocketError with ${name}: ${expected}`,
  run: ({ WebSocketError }) => outcome(() => Reflect.construct(WebSocketError, args)),
  expected,
});

const errors: readonly StreamCase[] = [
  error("nothing", [], 'WebSocketError null ""'),
  error("a message", ["m"], 'WebSocketError null ""'),
  error("a code", ["m", { closeCode: 3456 }], 'WebSocketError 3456 ""'),
  error("a reason", ["m", { reason: "x" }], 'WebSocketError 1000 "x"'),
  error("an empty reason", ["m", { reason: "" }], 'WebSocketError null ""'),
  error("null for init", ["m", null], 'WebSocketError null ""'),
  error("an init that is no object", ["m", true], "TypeError"),
  error("a function for init", ["m", () => {}], 'WebSocketError null ""'),
  error("null for the code", ["m", { closeCode: null }], "InvalidAccessError"),
  error("a code in a string", ["m", { closeCode: "3000" }], 'WebSocketError 3000 ""'),
  ...[0, 999, 1001, 1006, 2999, 5000, -1, 65_536].map((closeCode) =>
    error(`the code ${closeCode}`, ["m", { closeCode }], "InvalidAccessError"),
  ),
  error("a reason of 126 bytes", ["m", { reason: long }], "SyntaxError"),
  error("null for the reason", ["m", { reason: null }], 'WebSocketError 1000 "null"'),
  error("half a surrogate pair", ["m", { reason: "\ud800" }], 'WebSocketError 1000 "\ufffd"'),
  error("a symbol for the reason", ["m", { reason: Symbol("r") }], "TypeError"),
  {
    name: "a WebSocketError is a DOMException with code 0",
    run: ({ WebSocketError }) => {
      const { code, name, message } = new WebSocketError("m");
      return [code, name, message, new WebSocketError() instanceof DOMException];
    },
    expected: [0, "WebSocketError", "m", true],
  },
];

const close = (name: string, args: readonly unknown[], expected: unknown): StreamCase => ({
  name: `close with ${name}: ${JSON.stringify(expected)}`,
  run: async (kit) => {
    const { stream } = await open(kit, "/echo");
    const thrown = await outcome(() => Reflect.apply(stream.close, stream, args));
    if (thrown === "undefined") return outcome(() => stream.closed);
    // What threw has closed nothing.
    stream.close({ closeCode: 3999 });
    return [thrown, (await stream.closed).closeCode];
  },
  expected,
});
const refused = (what: string): unknown => [what, 3999];
const closedWith = (closeCode: number, reason = ""): unknown => ({ closeCode, reason });

const closes: readonly StreamCase[] = [
  close("nothing", [], closedWith(1005)),
  close("null", [null], closedWith(1005)),
  close("an empty object", [{}], closedWith(1005)),
  close("a function", [() => {}], closedWith(1005)),
  close("the members' old names", [{ code: 3000 }], closedWith(1005)),
  close("a code and a reason", [{ closeCode: 3456, reason: "pizza" }], closedWith(3456, "pizza")),
  close("half a surrogate pair", [{ reason: "\ud800" }], closedWith(1000, "\ufffd")),
  close("1000", [{ closeCode: 1000 }], closedWith(1000)),
  close("a reason alone", [{ reason: "x" }], closedWith(1000, "x")),
  close("an empty reason", [{ reason: "" }], closedWith(1005)),
  close("true", [true], refused("TypeError")),
  close("a number", [3000], refused("TypeError")),
  close("1001", [{ closeCode: 1001 }], refused("InvalidAccessError")),
  close("null for the code", [{ closeCode: null }], refused("InvalidAccessError")),
  close("a reason of 126 bytes", [{ reason: long }], refused("SyntaxError")),
  close("both wrong", [{ closeCode: 1001, reason: long }], refused("InvalidAccessError")),
  {
    name: "a second close changes nothing, but is still checked",
    run: async (kit) => {
      const { stream } = await open(kit, "/echo");
      stream.close({ closeCode: 3001 });
      stream.close({ closeCode: 3002 });
      const thrown = await outcome(() => stream.close({ closeCode: 1001 }));
      return [thrown, await outcome(() => stream.closed)];
    },
    expected: ["InvalidAccessError", closedWith(3001)],
  },
  {
    name: "after close the writable discards until the end, then refuses; the readable is done",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/echo");
      const writer = writable.getWriter();
      stream.close();
      return [
        await outcome(() => writer.write("x")),
        await readAll(readable),
        await outcome(() => stream.closed),
        await outcome(() => writer.closed),
        await outcome(() => writer.write("x")),
      ];
    },
    expected: ["undefined", ["done"], closedWith(1005), "InvalidStateError", "InvalidStateError"],
  },
  {
    name: "closing the writer closes without a code, and waits for the other side",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/echo");
      const writer = writable.getWriter();
      await writer.close();
      return [await outcome(() => writer.closed), await readAll(readable), await stream.closed];
    },
    expected: ["undefined", ["done"], closedWith(1005)],
  },
  {
    name: "closing the writer of a connection that breaks rejects",
    run: async (kit) => {
      const { stream, writable } = await open(kit, "/break");
      const closing = outcome(() => writable.getWriter().close());
      return [await closing, await outcome(() => stream.closed)];
    },
    expected: ['WebSocketError 1006 ""', 'WebSocketError 1006 ""'],
    chromium: {
      gives: ['WebSocketError null ""', 'WebSocketError 1006 ""'],
      why: "an error without the code that the same end gives everywhere else",
    },
  },
  {
    name: "close before open fails both promises, with errors of their own",
    run: async ({ WebSocketStream, base }) => {
      const stream = new WebSocketStream(`${base}/echo`);
      stream.close({ closeCode: 3000 });
      const [one, other] = await Promise.allSettled([stream.opened, stream.closed]);
      const same = "reason" in one && "reason" in other && one.reason === other.reason;
      return [await outcome(() => stream.opened), await outcome(() => stream.closed), same];
    },
    expected: ['WebSocketError null ""', 'WebSocketError 1006 ""', false],
  },
];

/** Each way to give up a stream, with each kind of reason. */
const givenUp = (
  name: string,
  reason: (kit: Kit) => unknown,
  expected: unknown,
  chromium?: StreamCase["chromium"],
): readonly StreamCase[] => [
  {
    name: `abort with ${name}: ${JSON.stringify(expected)}`,
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/echo");
      const aborted = await outcome(() => writable.abort(reason(kit)));
      if (aborted !== "undefined") return aborted;
      return [await outcome(() => stream.closed), await readAll(readable)];
    },
    expected: [expected, ["done"]],
    ...(chromium !== undefined && { chromium }),
  },
  {
    name: `cancel with ${name}: ${JSON.stringify(expected)}`,
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/echo");
      const writer = writable.getWriter();
      const cancelled = await outcome(() => readable.cancel(reason(kit)));
      if (cancelled !== "undefined") return cancelled;
      return [await outcome(() => stream.closed), await outcome(() => writer.closed)];
    },
    expected: [expected, "InvalidStateError"],
    ...(chromium !== undefined && { chromium }),
  },
];

const reasons: readonly StreamCase[] = [
  ...givenUp("nothing", () => undefined, closedWith(1005)),
  ...givenUp(
    "a WebSocketError",
    ({ WebSocketError }) => new WebSocketError("m", { closeCode: 3456, reason: "set" }),
    closedWith(3456, "set"),
  ),
  ...givenUp(
    "a WebSocketError without a code",
    ({ WebSocketError }) => new WebSocketError("m"),
    closedWith(1005),
  ),
  ...givenUp("an object like one", () => ({ closeCode: 3456, reason: "set" }), closedWith(1005)),
  ...givenUp("another error", () => new Error("x"), closedWith(1005)),
  {
    name: "cancel with the error of a connection that broke closes without a code",
    run: async (kit) => {
      const broken = await open(kit, "/break");
      broken.writable
        .getWriter()
        .write("go")
        .catch(() => {});
      const error = await broken.stream.closed.catch((reason) => reason);
      const { stream, readable } = await open(kit, "/echo");
      const cancelled = await outcome(() => readable.cancel(error));
      stream.close();
      return [describe(error), cancelled, await outcome(() => stream.closed)];
    },
    expected: ['WebSocketError 1006 ""', "undefined", closedWith(1005)],
    chromium: {
      gives: ['WebSocketError 1006 ""', "InvalidAccessError", closedWith(1005)],
      why: "the draft discards a code that may not be sent, and closes; Chromium stays open",
    },
  },
];

/** Writes a chunk to a server that echoes, and tells what came of it. */
const write = (
  name: string,
  chunk: () => unknown,
  expected: unknown,
  chromium?: StreamCase["chromium"],
): StreamCase => ({
  name: `a write of ${name}: ${JSON.stringify(expected)}`,
  run: async (kit) => {
    const { stream, readable, writable } = await open(kit, "/echo");
    // Whatever the types say.
    const written = await outcome(() => writable.getWriter().write(chunk() as string));
    const echoed = written === "undefined" ? (await readable.getReader().read()).value : written;
    stream.close();
    return describe(echoed);
  },
  expected,
  ...(chromium !== undefined && { chromium }),
});
const asBuffer = (bytes: string): StreamCase["chromium"] => ({
  gives: `ArrayBuffer ${bytes}`,
  why: "the draft and the web platform's tests have a Uint8Array",
});

const messages: readonly StreamCase[] = [
  write("text", () => "text", "text"),
  write("an empty text", () => "", ""),
  write("half a surrogate pair", () => "\ud800x", "\ufffdx"),
  write("a Uint8Array", () => Uint8Array.of(1, 2), "Uint8Array 1 2", asBuffer("1 2")),
  write("an ArrayBuffer", () => Uint8Array.of(3).buffer, "Uint8Array 3", asBuffer("3")),
  write(
    "a DataView of a part",
    () => new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1),
    "Uint8Array 2",
    asBuffer("2"),
  ),
  write("no bytes", () => new Uint8Array(0), "Uint8Array ", asBuffer("")),
  write("a number", () => 5, "5"),
  write("null", () => null, "null"),
  write("a Blob, which is no BufferSource", () => new Blob(["b"]), "[object Blob]"),
  write("a symbol", () => Symbol("s"), "TypeError"),
  write(
    "a resizable ArrayBuffer",
    () => Reflect.construct(ArrayBuffer, [2, { maxByteLength: 4 }]),
    "TypeError",
  ),
  {
    name: "messages of 128 KiB come back whole, one after the other",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/echo");
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      for (const count of [65_536, 1]) writer.write("é".repeat(count));
      const lengths = [(await reader.read()).value?.length, (await reader.read()).value?.length];
      stream.close();
      return lengths;
    },
    expected: [65_536, 1],
  },
  {
    name: "fragments are one chunk, and pings none",
    run: async (kit) => {
      const { readable } = await open(kit, "/fragments");
      return readAll(readable);
    },
    expected: ["one text", "done"],
  },
  {
    name: "the readable is piped into the writable, which refuses when the server closes",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/mirror");
      const piped = await outcome(() => readable.pipeTo(writable));
      return [piped, await outcome(() => stream.closed)];
    },
    expected: ["InvalidStateError", { closeCode: 4002, reason: "1,2" }],
  },
  {
    name: "a loop that is left cancels, and so closes without a code",
    run: async (kit) => {
      const { stream, readable } = await open(kit, "/greet");
      for await (const _ of readable) break;
      return outcome(() => stream.closed);
    },
    expected: closedWith(1005),
  },
  {
    name: "the readable is no stream of bytes",
    run: async (kit) => {
      const { stream, readable } = await open(kit, "/echo");
      stream.close();
      return outcome(() => readable.getReader({ mode: "byob" } as never));
    },
    expected: "TypeError",
  },
  {
    name: "a chunk that cannot be sent fails the writable, and leaves the connection open",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/greet");
      const writer = writable.getWriter();
      const written = await outcome(() => writer.write(Symbol("s") as never));
      const read = (await readable.getReader().read()).value;
      stream.close({ closeCode: 3000 });
      return [written, read, (await stream.closed).closeCode, await outcome(() => writer.closed)];
    },
    expected: ["TypeError", "hello", 3000, "TypeError"],
  },
  {
    name: "opened gives extensions, protocol, readable and writable, and always the same promise",
    run: async ({ WebSocketStream, base }) => {
      const stream = new WebSocketStream(`${base}/protocol`, { protocols: ["a", "b"] });
      const { opened, closed } = stream;
      const info = await opened;
      stream.close();
      return [
        Object.keys(info),
        [info.extensions, info.protocol],
        [String(info.readable), String(info.writable)],
        [stream.opened === opened, stream.closed === closed],
        stream.url === `${base}/protocol`,
        info.writable.getWriter().desiredSize,
      ];
    },
    expected: [
      ["extensions", "protocol", "readable", "writable"],
      ["", "b"],
      ["[object ReadableStream]", "[object WritableStream]"],
      [true, true],
      true,
      1,
    ],
  },
];

const ends: readonly StreamCase[] = [
  {
    name: "the server's Close ends the readable, refuses the writable, then settles closed",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/closer");
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      const order: string[] = [];
      const last = stream.closed.then(() => order.push("closed"));
      reader.closed.then(() => order.push("readable"));
      writer.closed.catch(({ name }) => order.push(`writable ${name}`));
      await writer.write("go");
      await last;
      return [order, await stream.closed, await outcome(() => writer.write("x"))];
    },
    expected: [
      ["readable", "writable InvalidStateError", "closed"],
      closedWith(4001, "bye ロ"),
      "InvalidStateError",
    ],
  },
  {
    name: "of two Closes that cross, the server's code is told",
    run: async (kit) => {
      const { stream } = await open(kit, "/crossing");
      stream.close({ closeCode: 4111, reason: "local" });
      return stream.closed;
    },
    expected: closedWith(4222, "remote"),
  },
  {
    name: "a connection that breaks fails everything with one and the same error, in this order",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/break");
      const [reader, writer] = [readable.getReader(), writable.getWriter()];
      const order: string[] = [];
      reader.closed.catch(() => order.push("readable"));
      writer.closed.catch(() => order.push("writable"));
      const last = stream.closed.catch(() => order.push("closed"));
      await writer.write("go");
      await last;
      const error = await stream.closed.catch((reason) => reason);
      const others = await Promise.allSettled([reader.read(), writer.write("x")]);
      return [order, describe(error), others.map((one) => "reason" in one && one.reason === error)];
    },
    expected: [["readable", "writable", "closed"], 'WebSocketError 1006 ""', [true, true]],
  },
  {
    name: "a Close is told although nobody reads, and what came before it is kept",
    run: async (kit) => {
      const { stream, readable } = await open(kit, "/burst");
      return [await stream.closed, await readAll(readable)];
    },
    expected: [closedWith(4001), ["1", "2", "3", "done"]],
    chromium: {
      gives: [closedWith(4001), ["1", "done"]],
      why: "Chromium drops what it has received and not handed over; nobody can want that",
    },
  },
  {
    name: "a break is told although nobody reads, and what came before it is kept",
    run: async (kit) => {
      const { stream, readable, writable } = await open(kit, "/burst-break");
      writable
        .getWriter()
        .write("go")
        .catch(() => {});
      return [await outcome(() => stream.closed), await readAll(readable)];
    },
    expected: ['WebSocketError 1006 ""', ["1", "2", "3", 'WebSocketError 1006 ""']],
    chromium: {
      gives: ['WebSocketError 1006 ""', ['WebSocketError 1006 ""']],
      why: "the draft errors the readable at once, which drops the one message that it holds; we hold up to 64 KiB",
    },
  },
  {
    name: "a text that is not UTF-8 fails the connection",
    run: async (kit) => {
      const { stream, readable } = await open(kit, "/not-utf8");
      return [await readAll(readable), await outcome(() => stream.closed)];
    },
    expected: [['WebSocketError 1006 ""'], 'WebSocketError 1006 ""'],
  },
  {
    name: "a Close without a code is told as 1005",
    run: async (kit) => {
      const { stream, readable } = await open(kit, "/leave");
      return [await readAll(readable), await outcome(() => stream.closed)];
    },
    expected: [["done"], closedWith(1005)],
  },
  ...["/404", "/redirect", "/bad-accept", "/protocol", "/hang-up"].map((path) => ({
    name: `no connection from ${path}: both promises fail`,
    run: async ({ WebSocketStream, base }: Kit) => {
      const stream = new WebSocketStream(`${base}${path}`);
      return [await outcome(() => stream.opened), await outcome(() => stream.closed)];
    },
    expected: ['WebSocketError null ""', 'WebSocketError 1006 ""'],
  })),
];

const aborted = (
  name: string,
  run: (kit: Kit) => Promise<WebSocketStream>,
  expected: string,
  chromium?: StreamCase["chromium"],
): StreamCase => ({
  name: `a signal aborted ${name}: ${expected}`,
  run: async (kit) => {
    const stream = await run(kit);
    return [await outcome(() => stream.opened), await outcome(() => stream.closed)];
  },
  expected: [expected, expected],
  ...(chromium !== undefined && { chromium }),
});

const signals: readonly StreamCase[] = [
  aborted(
    "before",
    async ({ WebSocketStream, base }) =>
      new WebSocketStream(`${base}/echo`, { signal: AbortSignal.abort() }),
    "AbortError",
  ),
  aborted(
    "before, with a reason",
    async ({ WebSocketStream, base }) =>
      new WebSocketStream(`${base}/echo`, { signal: AbortSignal.abort("why") }),
    "why",
    {
      gives: ["AbortError", "AbortError"],
      why: "the draft rejects with the signal's reason, as fetch does",
    },
  ),
  aborted(
    "during the handshake",
    async ({ WebSocketStream, base }) => {
      const controller = new AbortController();
      const stream = new WebSocketStream(`${base}/never`, { signal: controller.signal });
      controller.abort();
      return stream;
    },
    "AbortError",
  ),
  {
    name: "a signal aborted after open does nothing",
    run: async (kit) => {
      const controller = new AbortController();
      const { stream, readable, writable } = await open(kit, "/echo", {
        signal: controller.signal,
      });
      controller.abort();
      writable.getWriter().write("still here");
      const { value } = await readable.getReader().read();
      stream.close();
      return [value, await outcome(() => stream.closed)];
    },
    expected: ["still here", closedWith(1005)],
  },
];

export const streamCases: readonly StreamCase[] = [
  ...interfaces,
  ...constructors,
  ...urls,
  ...errors,
  ...messages,
  ...closes,
  ...reasons,
  ...ends,
  ...signals,
];

// ---- the server

type Script = (peer: Peer, tools: PeerTools) => Promise<unknown>;

/** What a script writes with; handed in, as a browser loads this module too. */
export interface PeerTools {
  encodeFrame(
    opcode: number,
    payload?: string | Uint8Array,
    options?: { readonly fin?: boolean },
  ): Uint8Array;
  closePayload(code: number, reason?: string): Uint8Array;
}

const TEXT = 1;
const CLOSE = 8;

const PING = 9;

const scripts: Readonly<Record<string, Script>> = {
  "/echo": async (peer, tools) => echo(peer, tools),
  "/greet": async (peer, tools) => {
    peer.write(tools.encodeFrame(TEXT, "hello"));
    await echo(peer, tools);
  },
  "/protocol": async (peer, tools) => echo(peer, tools),
  "/closer": async (peer, { encodeFrame, closePayload }) => {
    await peer.frame();
    peer.write(encodeFrame(CLOSE, closePayload(4001, "bye ロ")));
    await peer.frame();
    peer.socket.end();
  },
  "/crossing": async (peer, { encodeFrame, closePayload }) => {
    await peer.frame();
    peer.write(encodeFrame(CLOSE, closePayload(4222, "remote")));
    peer.socket.end();
  },
  "/break": async (peer) => {
    await peer.frame();
    peer.socket.destroy();
  },
  "/burst": async (peer, { encodeFrame, closePayload }) => {
    for (const text of ["1", "2", "3"]) peer.write(encodeFrame(TEXT, text));
    peer.write(encodeFrame(CLOSE, closePayload(4001)));
    await peer.frame();
    peer.socket.end();
  },
  "/burst-break": async (peer, { encodeFrame }) => {
    for (const text of ["1", "2", "3"]) peer.write(encodeFrame(TEXT, text));
    await peer.frame();
    peer.socket.end();
  },
  "/fragments": async (peer, { encodeFrame }) => {
    peer.write(encodeFrame(TEXT, "one ", { fin: false }));
    peer.write(encodeFrame(PING, "are you there"));
    peer.write(encodeFrame(0, "te", { fin: false }));
    peer.write(encodeFrame(0, "xt"));
    peer.write(encodeFrame(CLOSE));
    while ((await peer.frame()).opcode !== CLOSE) {}
    peer.socket.end();
  },
  "/mirror": async (peer, { encodeFrame, closePayload }) => {
    for (const text of ["1", "2"]) peer.write(encodeFrame(TEXT, text));
    const texts = [await peer.frame(), await peer.frame()].map(({ payload }) => `${payload}`);
    peer.write(encodeFrame(CLOSE, closePayload(4002, texts.join())));
    await peer.frame();
    peer.socket.end();
  },
  "/leave": async (peer, { encodeFrame }) => {
    peer.write(encodeFrame(CLOSE));
    await peer.frame();
    peer.socket.end();
  },
  "/not-utf8": async (peer, { encodeFrame }) => {
    peer.write(encodeFrame(TEXT, Uint8Array.of(0xff)));
    await peer.ended;
    peer.socket.end();
  },
};

/** Answers that make no connection, line by line. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  "/404": ["HTTP/1.1 404 Not Found", "Content-Length: 0", ""],
  "/redirect": ["HTTP/1.1 302 Found", "Location: /echo", "Content-Length: 0", ""],
  "/bad-accept": [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "",
  ],
  "/hang-up": [],
};

/** Answers a connection as the path of its URL says; what it does not know it never answers. */
export async function answer(peer: Peer, tools: PeerTools): Promise<void> {
  const path = await peer.path();
  const refusal = refusals[path];
  if (refusal !== undefined)
    return void peer.socket.end(refusal.map((line) => `${line}\r\n`).join(""));
  const script = scripts[path];
  if (script === undefined) return;
  await peer.accept(...(path === "/protocol" ? ["Sec-WebSocket-Protocol: b"] : []));
  await script(peer, tools);
}

async function echo(peer: Peer, { encodeFrame }: PeerTools): Promise<void> {
  for (;;) {
    // A browser sends a long message in fragments.
    const { fin, opcode, payload } = await peer.frame();
    peer.write(encodeFrame(opcode, payload, { fin }));
    if (opcode === CLOSE) return void peer.socket.end();
  }
}
