/**
 * The WHATWG standard as a table: what a page can see of each algorithm, and what it must see.
 *
 * The same file runs in Node against our class and in Chromium against its own. It imports nothing
 * but types, and each outcome is JSON. Where somebody differs from the standard, the row says what it
 * gives instead, in words that docs/client.md has too.
 */
import type { CloseEvent } from "./events.ts";
import type { WebSocket } from "./websocket.ts";

export interface Environment {
  readonly WebSocket: typeof WebSocket;
  /** The scripted server, without a path and without the slash before it. */
  readonly server: string;
}

export interface Difference {
  readonly gives: unknown;
  /** Stands in docs/client.md, under "Differences from browsers". */
  readonly because: string;
}

export interface StandardCase {
  readonly algorithm: string;
  readonly name: string;
  readonly run: (environment: Environment) => unknown;
  readonly expected: unknown;
  readonly ours?: Difference;
  readonly chromium?: Difference;
}

const interfaceOf = "the interface";
const constructing = "the constructor";
const establishing = "when the connection is established";
const receiving = "when a message has been received";
const sending = "send(data)";
const closing = "close(code, reason)";
const failing = "fail the WebSocket connection";
const handling = "event handlers and listeners";

// ---- what the cases are made of

function named(
  type: string,
  environment: Environment,
  path: string,
  protocols?: unknown,
): Promise<{ socket: WebSocket; event: Event }> {
  const socket = open(environment, path, protocols);
  return next(socket, type).then((event) => ({ socket, event }));
}

function open({ WebSocket, server }: Environment, path: string, protocols?: unknown): WebSocket {
  return Reflect.construct(
    WebSocket,
    protocols === undefined ? [server + path] : [server + path, protocols],
  );
}

function next(socket: WebSocket, type: string): Promise<Event> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

async function opened(environment: Environment, path: string): Promise<WebSocket> {
  const { socket } = await named("open", environment, path);
  return socket;
}

/** Each event as a line: its type, what it carries, the ready state that a listener sees. */
function record(socket: WebSocket): string[] {
  const log: string[] = [];
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, (event) => log.push(`${describe(event)}, ${socket.readyState}`));
  }
  return log;
}

function describe(event: Event): string {
  if (event.type === "message") return `message ${JSON.stringify((event as MessageEvent).data)}`;
  if (event.type !== "close") return event.type;
  const { code, reason, wasClean } = event as CloseEvent;
  return `close ${code} "${reason}" ${wasClean ? "clean" : "unclean"}`;
}

/** Everything that happens on a socket, to its end; `act` is called when it is open. */
async function story(
  environment: Environment,
  path: string,
  act: (socket: WebSocket) => void = (socket) => socket.send("go"),
): Promise<string[]> {
  const socket = open(environment, path);
  const log = record(socket);
  socket.addEventListener("open", () => act(socket));
  await next(socket, "close");
  return log;
}

/** What an expression gave, or the name of what it threw. */
function outcome(expression: () => unknown): unknown {
  try {
    return expression();
  } catch (error) {
    return error instanceof Error || error instanceof DOMException ? error.name : String(error);
  }
}

/** The URL that the constructor made of this, or the name of what it threw. */
function urlOf({ WebSocket }: Environment, ...args: readonly unknown[]): unknown {
  return outcome(() => {
    const socket: WebSocket = Reflect.construct(WebSocket, args);
    socket.close();
    return socket.url;
  });
}

/** What the server is told of each message, in order. */
async function told(environment: Environment, ...data: readonly unknown[]): Promise<string[]> {
  const socket = await opened(environment, "/tell");
  const log: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.addEventListener("message", (event) => {
      if (log.push(String(event.data)) === data.length) resolve();
    });
  });
  for (const one of data) Reflect.apply(socket.send, socket, [one]);
  await all;
  socket.close();
  return log;
}

function descriptorOf(owner: object, name: PropertyKey): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor === undefined) return "none";
  const { value, get, set, writable, enumerable, configurable } = descriptor;
  if (get === undefined) return { value: typeof value, writable, enumerable, configurable };
  return { get: get.name, set: set?.name ?? "none", enumerable, configurable };
}

function attributesOf(names: readonly string[], environment: Environment): unknown {
  const { prototype } = environment.WebSocket;
  return names.map((name) => descriptorOf(prototype, name));
}

const stringable = (text: string): object => ({ toString: () => text });

const readOnly = ["url", "readyState", "bufferedAmount", "extensions", "protocol"];
const writable = ["binaryType", "onopen", "onerror", "onclose", "onmessage"];
const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

// ---- the table

const interfaceCases: readonly StandardCase[] = [
  {
    algorithm: interfaceOf,
    name: "the prototype has the standard's names, and no other",
    run: ({ WebSocket }) => Object.getOwnPropertyNames(WebSocket.prototype).sort(),
    expected: [
      ...Object.keys(constants),
      ...readOnly,
      ...writable,
      "close",
      "constructor",
      "send",
    ].sort(),
  },
  {
    algorithm: interfaceOf,
    name: "the class has its constants, and no static besides",
    run: ({ WebSocket }) => Object.getOwnPropertyNames(WebSocket).sort(),
    expected: [...Object.keys(constants), "length", "name", "prototype"].sort(),
  },
  {
    algorithm: interfaceOf,
    name: "constants are enumerable, and cannot be changed",
    run: ({ WebSocket }) =>
      Object.keys(constants).map((name) => [
        Reflect.get(WebSocket, name),
        descriptorOf(WebSocket, name),
        Reflect.get(WebSocket.prototype, name),
        descriptorOf(WebSocket.prototype, name),
      ]),
    expected: Object.values(constants).map((value) => {
      const descriptor = {
        value: "number",
        writable: false,
        enumerable: true,
        configurable: false,
      };
      return [value, descriptor, value, descriptor];
    }),
  },
  {
    algorithm: interfaceOf,
    name: "read-only attributes are accessors of the prototype",
    run: (environment) => attributesOf(readOnly, environment),
    expected: readOnly.map((name) => ({
      get: `get ${name}`,
      set: "none",
      enumerable: true,
      configurable: true,
    })),
  },
  {
    algorithm: interfaceOf,
    name: "attributes that can be set are accessors of the prototype",
    run: (environment) => attributesOf(writable, environment),
    expected: writable.map((name) => ({
      get: `get ${name}`,
      set: `set ${name}`,
      enumerable: true,
      configurable: true,
    })),
  },
  {
    algorithm: interfaceOf,
    name: "operations are enumerable, and count their required arguments",
    run: ({ WebSocket }) => {
      const { send, close } = WebSocket.prototype;
      const names = ["send", "close"].map((name) => descriptorOf(WebSocket.prototype, name));
      return [names, [send.length, close.length, WebSocket.length], [send.name, close.name]];
    },
    expected: [
      ["send", "close"].map(() => ({
        value: "function",
        writable: true,
        enumerable: true,
        configurable: true,
      })),
      [1, 0, 1],
      ["send", "close"],
    ],
  },
  {
    algorithm: interfaceOf,
    name: "the class has the standard's name, tag and parent",
    run: ({ WebSocket }) => [
      WebSocket.name,
      descriptorOf(WebSocket.prototype, Symbol.toStringTag),
      String(WebSocket.prototype),
      Object.getPrototypeOf(WebSocket) === EventTarget,
      Object.getPrototypeOf(WebSocket.prototype) === EventTarget.prototype,
      descriptorOf(WebSocket, "prototype"),
    ],
    expected: [
      "WebSocket",
      { value: "string", writable: false, enumerable: false, configurable: true },
      "[object WebSocket]",
      true,
      true,
      { value: "object", writable: false, enumerable: false, configurable: false },
    ],
  },
  {
    algorithm: interfaceOf,
    name: "another this is a TypeError, for each attribute and operation",
    run: ({ WebSocket }) =>
      [...readOnly, ...writable].flatMap((name) => {
        const { get, set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, name) ?? {};
        const results = [outcome(() => Reflect.apply(get ?? String, {}, []))];
        if (set !== undefined) results.push(outcome(() => Reflect.apply(set, {}, ["none of it"])));
        return results;
      }),
    expected: Array.from({ length: readOnly.length + 2 * writable.length }, () => "TypeError"),
  },
  {
    algorithm: interfaceOf,
    name: "another this is refused before arguments are converted",
    run: ({ WebSocket: { prototype } }) => {
      const log: string[] = [];
      const argument = { toString: () => log.push("send"), valueOf: () => log.push("close") };
      const results = [
        outcome(() => Reflect.apply(prototype.send, {}, [argument])),
        outcome(() => Reflect.apply(prototype.close, {}, [argument, argument])),
        outcome(() => Reflect.apply(prototype.close, {}, [1])),
      ];
      return [results, log];
    },
    expected: [["TypeError", "TypeError", "TypeError"], []],
  },
  {
    algorithm: interfaceOf,
    name: "a new socket has its defaults",
    run: async (environment) => {
      const socket = open(environment, "/accept");
      const { readyState, bufferedAmount, extensions, protocol, binaryType } = socket;
      const handlers = [socket.onopen, socket.onerror, socket.onclose, socket.onmessage];
      socket.close();
      return [readyState, bufferedAmount, extensions, protocol, binaryType, handlers];
    },
    expected: [0, 0, "", "", "blob", [null, null, null, null]],
  },
];

/** What is tried, its value, what it gives; and what it gives Chromium, if that is something else. */
type Row = readonly [name: string, value: unknown, expected: unknown, chromium?: Difference];

const urls: readonly Row[] = [
  ["an absolute URL", "ws://127.0.0.1", "ws://127.0.0.1/"],
  ["a default port", "ws://127.0.0.1:80/a?b", "ws://127.0.0.1/a?b"],
  ["another scheme's default port", "ws://127.0.0.1:443/", "ws://127.0.0.1:443/"],
  ["http", "http://127.0.0.1/a", "ws://127.0.0.1/a"],
  ["https", "https://127.0.0.1:443/a", "wss://127.0.0.1/a"],
  ["https on http's port", "https://127.0.0.1:80/a", "wss://127.0.0.1:80/a"],
  ["a path that needs escapes", "ws://127.0.0.1/a b", "ws://127.0.0.1/a%20b"],
  ["capitals", "WS://LOCALHOST/A", "ws://localhost/A"],
  ["spaces around", "  ws://127.0.0.1/  ", "ws://127.0.0.1/"],
  ["an escaped number sign", "ws://127.0.0.1/%23", "ws://127.0.0.1/%23"],
  ["a lone surrogate", "ws://127.0.0.1/\ud800", "ws://127.0.0.1/%EF%BF%BD"],
  ["an object that becomes a string", stringable("ws://127.0.0.1/"), "ws://127.0.0.1/"],
  ["a URL object", new URL("ws://127.0.0.1/a"), "ws://127.0.0.1/a"],
  ["a fragment", "ws://127.0.0.1/#a", "SyntaxError"],
  ["an empty fragment", "ws://127.0.0.1/#", "SyntaxError"],
  ["ftp", "ftp://127.0.0.1/", "SyntaxError"],
  ["mailto", "mailto:a@127.0.0.1", "SyntaxError"],
  ["about:blank", "about:blank", "SyntaxError"],
  ["no host", "ws://", "SyntaxError"],
  [
    "a host with a space",
    "ws://a b/",
    "SyntaxError",
    { gives: "ws://a%20b/", because: "Chromium escapes a space in the host." },
  ],
  ["a port out of range", "ws://127.0.0.1:65536/", "SyntaxError"],
  ["a symbol", Symbol("url"), "TypeError"],
];

const protocolArguments: readonly Row[] = [
  ["undefined", undefined, "ws://127.0.0.1/"],
  ["an empty sequence", [], "ws://127.0.0.1/"],
  ["a token", "chat", "ws://127.0.0.1/"],
  ["null, which is a string", null, "ws://127.0.0.1/"],
  ["a number, which is a string", 7, "ws://127.0.0.1/"],
  ["a set", new Set(["a", "b"]), "ws://127.0.0.1/"],
  ["a String, a sequence of its characters", new String("ab"), "ws://127.0.0.1/"],
  ["an empty string", "", "SyntaxError"],
  ["a space", "a b", "SyntaxError"],
  ["a comma", "a,b", "SyntaxError"],
  ["a character that is not ASCII", "é", "SyntaxError"],
  ["a separator", ["a", "("], "SyntaxError"],
  ["a value twice", ["a", "a"], "SyntaxError"],
  [
    "a value twice in another case",
    ["echo", "eCho"],
    "SyntaxError",
    {
      gives: "ws://127.0.0.1/",
      because: "Chromium takes subprotocols that differ in case alone for different ones.",
    },
  ],
  ["a symbol", Symbol("protocol"), "TypeError"],
  ["a sequence with a symbol", [Symbol("protocol")], "TypeError"],
  [
    "an iterator that throws",
    {
      [Symbol.iterator]() {
        throw new RangeError("no");
      },
    },
    "RangeError",
  ],
];

const constructorCases: readonly StandardCase[] = [
  ...urls.map(([name, url, expected, chromium]) => ({
    algorithm: constructing,
    name: `${name} as url`,
    run: (environment: Environment) => urlOf(environment, url),
    expected,
    ...(chromium && { chromium }),
  })),
  ...protocolArguments.map(([name, protocols, expected, chromium]) => ({
    algorithm: constructing,
    name: `${name} as protocols`,
    run: (environment: Environment) => urlOf(environment, "ws://127.0.0.1/", protocols),
    expected,
    ...(chromium && { chromium }),
  })),
  {
    algorithm: constructing,
    name: "a plain object is a string, which is no protocol",
    run: (environment) => urlOf(environment, "ws://127.0.0.1/", {}),
    expected: "SyntaxError",
    ours: {
      gives: "ws://127.0.0.1/",
      because: "A plain object as the second argument is the bag of options.",
    },
  },
  {
    algorithm: constructing,
    name: "a relative URL is resolved at the page's",
    run: (environment) => String(urlOf(environment, "/a?b")).replace(/:\d+/, ":port"),
    expected: "ws://127.0.0.1:port/a?b",
  },
  {
    algorithm: constructing,
    name: "no argument, and no new, are TypeErrors",
    run: ({ WebSocket }) => [
      outcome(() => Reflect.construct(WebSocket, [])),
      outcome(() => Reflect.apply(WebSocket as unknown as () => void, undefined, ["ws://a"])),
    ],
    expected: ["TypeError", "TypeError"],
  },
  {
    algorithm: constructing,
    name: "the URL is converted before the protocols, and parsed after both",
    run: (environment) => {
      const log: string[] = [];
      const logging = (name: string): object => ({
        toString() {
          log.push(name);
          return `no ${name}:`;
        },
      });
      const [url, protocol] = [logging("url"), logging("protocol")];
      return [urlOf(environment, url, [protocol]), log];
    },
    expected: ["SyntaxError", ["url", "protocol"]],
  },
];

const establishingCases: readonly StandardCase[] = [
  {
    algorithm: establishing,
    name: "open is fired with ready state 1, and the subprotocol known",
    run: async (environment) => {
      const socket = open(environment, "/selects-b", ["a", "b"]);
      const log: unknown[] = [];
      socket.addEventListener("open", (event) => {
        const { bubbles, cancelable, composed, target, currentTarget, eventPhase } = event;
        log.push(socket.readyState, socket.protocol, socket.extensions);
        log.push(String(event), event.constructor === Event, bubbles, cancelable, composed);
        log.push(target === socket, currentTarget === socket, eventPhase);
      });
      await next(socket, "open");
      socket.close();
      return log;
    },
    expected: [1, "b", "", "[object Event]", true, false, false, false, true, true, 2],
  },
  {
    algorithm: establishing,
    name: "the Origin is the page's",
    run: async (environment) => {
      const { socket, event } = await named("message", environment, "/header?Origin");
      socket.close();
      return String((event as MessageEvent).data).replace(/\d+$/, "port");
    },
    expected: "http://127.0.0.1:port",
  },
  {
    algorithm: establishing,
    name: "subprotocols go out as they were given",
    run: async (environment) => {
      const path = "/header?Sec-WebSocket-Protocol";
      const socket = open(environment, path, ["a", "B"]);
      const log = record(socket);
      await next(socket, "close");
      return log;
    },
    // "/header" selects none: the connection fails.
    expected: ["error, 3", 'close 1006 "" unclean, 3'],
  },
  {
    algorithm: establishing,
    name: "what comes with the answer follows the open event",
    run: (environment) => story(environment, "/with-the-answer", () => {}),
    expected: ["open, 1", 'message "early", 1', 'close 1005 "" clean, 3'],
  },
  {
    algorithm: establishing,
    name: "who awaits the open event is in time for what came with the answer",
    run: async (environment) => {
      const socket = await opened(environment, "/with-the-answer");
      await Promise.resolve();
      const log = record(socket);
      await next(socket, "close");
      return log;
    },
    expected: ['message "early", 1', 'close 1005 "" clean, 3'],
  },
  {
    algorithm: establishing,
    name: "events carry isTrusted: true",
    run: async (environment) => {
      const { socket, event } = await named("open", environment, "/accept");
      socket.close();
      return event.isTrusted;
    },
    expected: true,
    ours: {
      gives: false,
      because: "`isTrusted` is false: Node lets nobody but itself make a trusted event.",
    },
  },
];

const receivingCases: readonly StandardCase[] = [
  {
    algorithm: receiving,
    name: "a message event has its data and origin, and the rest of its defaults",
    run: async (environment) => {
      const socket = await opened(environment, "/three-texts");
      socket.send("go");
      const event = (await next(socket, "message")) as MessageEvent;
      socket.close();
      const { data, lastEventId, source, ports, bubbles, cancelable } = event;
      const isOfServer = event.origin === environment.server;
      return [
        String(event),
        data,
        isOfServer,
        lastEventId,
        source,
        ports.length,
        bubbles,
        cancelable,
      ];
    },
    expected: ["[object MessageEvent]", "one", true, "", null, 0, false, false],
  },
  {
    algorithm: receiving,
    name: "a message event is of the platform's class",
    run: async (environment) => {
      const socket = await opened(environment, "/three-texts");
      socket.send("go");
      const event = await next(socket, "message");
      socket.close();
      const isDirect = Object.getPrototypeOf(event) === MessageEvent.prototype;
      return [event instanceof MessageEvent, event.constructor === MessageEvent, isDirect];
    },
    expected: [true, true, true],
    ours: {
      gives: [true, true, false],
      because:
        "A message event has a prototype between itself and `MessageEvent.prototype`: the platform's constructor would convert a dictionary for each message.",
    },
  },
  {
    algorithm: receiving,
    name: "messages come in order, fragments whole, and a ping between them unseen",
    run: async (environment) => {
      const socket = await opened(environment, "/fragments");
      socket.send("go");
      const event = (await next(socket, "message")) as MessageEvent;
      socket.close();
      return event.data;
    },
    expected: "ab",
  },
  {
    algorithm: receiving,
    name: "promises resolved by one message run before the next one",
    run: async (environment) => {
      const socket = await opened(environment, "/three-texts");
      const log: unknown[] = [];
      socket.addEventListener("message", ({ data }) => {
        log.push(data);
        Promise.resolve().then(() => log.push("promise"));
        if (data === "three") socket.close();
      });
      socket.send("go");
      await next(socket, "close");
      return log;
    },
    expected: ["one", "promise", "two", "promise", "three", "promise"],
  },
  {
    algorithm: receiving,
    name: "who waits for one message after the other misses none",
    run: async (environment) => {
      const socket = await opened(environment, "/three-texts");
      const log: unknown[] = [];
      socket.send("go");
      while (log.length < 3) log.push(((await next(socket, "message")) as MessageEvent).data);
      socket.close();
      return log;
    },
    expected: ["one", "two", "three"],
  },
  {
    algorithm: receiving,
    name: "promises that one listener resolved run before the next listener",
    run: async (environment) => {
      const socket = await opened(environment, "/three-texts");
      const log: string[] = [];
      const done = new Promise<void>((resolve) => {
        const first = (): void => {
          log.push("first");
          Promise.resolve().then(() => log.push("promise"));
        };
        const second = (): void => {
          log.push("second");
          resolve();
        };
        socket.addEventListener("message", first, { once: true });
        socket.addEventListener("message", second, { once: true });
      });
      socket.send("go");
      await done;
      socket.close();
      return log;
    },
    expected: ["first", "promise", "second"],
    ours: {
      gives: ["first", "second", "promise"],
      because:
        "Promises run after all listeners of an event, not after each: Node's `dispatchEvent` calls them in one go.",
    },
  },
  {
    algorithm: receiving,
    name: "binary comes as binaryType says when its event is fired",
    run: async (environment) => {
      const socket = await opened(environment, "/two-binaries");
      const log: string[] = [];
      const both = new Promise<void>((resolve) => {
        socket.addEventListener("message", ({ data }) => {
          log.push(String(data));
          socket.binaryType = "arraybuffer";
          if (log.length === 2) resolve();
        });
      });
      socket.send("go");
      await both;
      socket.close();
      return log;
    },
    expected: ["[object Blob]", "[object ArrayBuffer]"],
  },
  {
    algorithm: receiving,
    name: "a Blob has the bytes, and no type",
    run: async (environment) => {
      const socket = await opened(environment, "/two-binaries");
      socket.send("go");
      const { data } = (await next(socket, "message")) as MessageEvent;
      socket.close();
      return [data.size, data.type, await data.text()];
    },
    expected: [3, "", "one"],
  },
  {
    algorithm: receiving,
    name: "binaryType keeps what it has when it is set to something else",
    run: async (environment) => {
      const socket = open(environment, "/accept");
      const log: string[] = [];
      for (const value of ["arraybuffer", "ARRAYBUFFER", "", null, 7, stringable("blob")]) {
        Reflect.set(socket, "binaryType", value);
        log.push(socket.binaryType);
      }
      log.push(String(outcome(() => Reflect.set(socket, "binaryType", Symbol("blob")))));
      socket.close();
      return log;
    },
    expected: [
      "arraybuffer",
      "arraybuffer",
      "arraybuffer",
      "arraybuffer",
      "arraybuffer",
      "blob",
      "TypeError",
    ],
  },
  {
    algorithm: receiving,
    name: "empty messages are messages",
    run: async (environment) => {
      const socket = await opened(environment, "/empty");
      socket.binaryType = "arraybuffer";
      const sizes: unknown[] = [];
      const both = new Promise<void>((resolve) => {
        socket.addEventListener("message", ({ data }) => {
          sizes.push(typeof data === "string" ? data : data.byteLength);
          if (sizes.length === 2) resolve();
        });
      });
      socket.send("go");
      await both;
      socket.close();
      return sizes;
    },
    expected: ["", 0],
  },
  {
    algorithm: receiving,
    name: "a byte order mark at the beginning of a text stays",
    run: async (environment) => {
      const socket = await opened(environment, "/byte-order-mark");
      socket.send("go");
      const { data } = (await next(socket, "message")) as MessageEvent;
      socket.close();
      return data.length;
    },
    expected: 2,
  },
  {
    algorithm: receiving,
    name: "a message of 4 MiB comes back whole",
    run: async (environment) => {
      const socket = await opened(environment, "/tell");
      socket.send("x".repeat(4_194_304));
      const { data } = (await next(socket, "message")) as MessageEvent;
      socket.close();
      return data;
    },
    expected: "text 4194304 bytes",
  },
  {
    algorithm: receiving,
    name: "no message event follows a call of close()",
    run: async (environment) => {
      const socket = await opened(environment, "/late");
      const log = record(socket);
      socket.close(1000);
      await next(socket, "close");
      return log;
    },
    expected: ['close 1000 "" clean, 3'],
  },
  {
    algorithm: receiving,
    name: "close() in a message's listener stops the others of the same read",
    run: (environment) =>
      story(environment, "/three-texts", (socket) => {
        socket.addEventListener("message", () => socket.close());
        socket.send("go");
      }),
    expected: ["open, 1", 'message "one", 1', 'close 1005 "" clean, 3'],
  },
];

const sendArguments: readonly (readonly [string, () => unknown, string])[] = [
  ["a string", () => "a€", "text 61e282ac"],
  ["an empty string", () => "", "text "],
  ["a lone surrogate", () => "a\ud800b", "text 61efbfbd62"],
  ["null", () => null, "text 6e756c6c"],
  ["undefined", () => undefined, "text 756e646566696e6564"],
  ["a number", () => 1.5, "text 312e35"],
  ["a plain object", () => ({}), "text 5b6f626a656374204f626a6563745d"],
  ["an object with toString", () => stringable("hi"), "text 6869"],
  ["an array", () => [1, 2], "text 312c32"],
  ["an ArrayBuffer", () => new Uint8Array([1, 2]).buffer, "binary 0102"],
  ["a view of a part", () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3), "binary 0203"],
  ["a view of wider elements", () => new Uint16Array([0x0201]), "binary 0102"],
  ["a DataView", () => new DataView(new Uint8Array([1, 2, 3]).buffer, 1), "binary 0203"],
  ["an empty ArrayBuffer", () => new ArrayBuffer(0), "binary "],
  ["a Blob", () => new Blob(["a", new Uint8Array([1])]), "binary 6101"],
  ["an empty Blob", () => new Blob([]), "binary "],
  ["a detached ArrayBuffer", () => detached(), "binary "],
  ["a view of a detached ArrayBuffer", () => detachedView(), "binary "],
];

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(4);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

/** Newer than the ES2023 types. */
const ResizableBuffer = ArrayBuffer as unknown as new (
  size: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer;

const refusedArguments: readonly (readonly [string, () => unknown])[] = [
  ["a symbol", () => Symbol("data")],
  ["a resizable ArrayBuffer", () => new ResizableBuffer(1, { maxByteLength: 2 })],
  [
    "a view of a resizable ArrayBuffer",
    () => new Uint8Array(new ResizableBuffer(1, { maxByteLength: 2 })),
  ],
  ["an object without a string", () => Object.create(null)],
];

const sendCases: readonly StandardCase[] = [
  ...sendArguments.map(([name, make, expected]) => ({
    algorithm: sending,
    name: `${name} goes out as ${expected}`,
    run: (environment: Environment) => told(environment, make()),
    expected: [expected],
  })),
  ...refusedArguments.map(([name, make]) => ({
    algorithm: sending,
    name: `${name} is a TypeError`,
    run: async (environment: Environment) => {
      const socket = await opened(environment, "/accept");
      const result = outcome(() => Reflect.apply(socket.send, socket, [make()]));
      socket.close();
      return result;
    },
    expected: "TypeError",
  })),
  {
    algorithm: sending,
    name: "no argument is a TypeError, too early an InvalidStateError",
    run: (environment) => {
      const socket = open(environment, "/accept");
      const results = [
        outcome(() => Reflect.apply(socket.send, socket, [])),
        outcome(() => socket.send("")),
        // Converted first.
        outcome(() => Reflect.apply(socket.send, socket, [Symbol("data")])),
      ];
      socket.close();
      return [...results, outcome(() => socket.send("closing")) ?? "nothing"];
    },
    expected: ["TypeError", "InvalidStateError", "TypeError", "nothing"],
  },
  {
    algorithm: sending,
    name: "what follows a Blob waits for it",
    run: (environment) =>
      told(
        environment,
        new Blob(["x".repeat(100_000)]),
        "text",
        new Blob(["b"]),
        new Uint8Array([1]),
      ),
    expected: ["binary 100000 bytes", "text 74657874", "binary 62", "binary 01"],
  },
  {
    algorithm: sending,
    name: "close() waits for a Blob that was sent before it",
    run: async (environment) => {
      const socket = await opened(environment, "/ends");
      const log = record(socket);
      socket.send(new Blob(["b"]));
      socket.close(1000);
      const state = socket.readyState;
      await next(socket, "close");
      // The server ended the stream at the Blob's frame, and would not have at a Close.
      return [state, log.at(-1)];
    },
    expected: [2, 'close 1006 "" unclean, 3'],
  },
  {
    algorithm: sending,
    name: "bytes are taken at the call",
    run: async (environment) => {
      const socket = await opened(environment, "/tell");
      const bytes = new Uint8Array([1, 2, 3]);
      socket.send(bytes);
      bytes.fill(0);
      const { data } = (await next(socket, "message")) as MessageEvent;
      socket.close();
      return data;
    },
    expected: "binary 010203",
  },
  {
    algorithm: sending,
    name: "bufferedAmount grows by the bytes of the payload, within the turn",
    run: async (environment) => {
      const socket = await opened(environment, "/tell");
      const grown = ["€", "\ud800", new Uint8Array(200), new Blob(["four"]), ""].map((data) => {
        socket.send(data);
        return socket.bufferedAmount;
      });
      socket.close();
      return grown;
    },
    expected: [3, 6, 206, 210, 210],
  },
  {
    algorithm: sending,
    name: "bufferedAmount is 0 again when all has left",
    run: async (environment) => {
      const socket = await opened(environment, "/tell");
      socket.send("a");
      await next(socket, "message");
      const amount = socket.bufferedAmount;
      socket.close();
      return amount;
    },
    expected: 0,
  },
  {
    algorithm: sending,
    name: "what is sent while closing or closed counts, and stays counted",
    run: async (environment) => {
      const socket = await opened(environment, "/accept");
      socket.close();
      socket.send("late");
      const amounts = [socket.bufferedAmount];
      await next(socket, "close");
      amounts.push(socket.bufferedAmount);
      for (const data of [new Blob(["later"]), new Uint8Array(7), "€"]) socket.send(data);
      amounts.push(socket.bufferedAmount);
      return amounts;
    },
    expected: [4, 4, 19],
  },
  {
    algorithm: sending,
    name: "what is sent before the connection exists and after close() counts too",
    run: (environment) => {
      const socket = open(environment, "/silent");
      socket.close();
      socket.send("late");
      return [socket.readyState, socket.bufferedAmount];
    },
    expected: [2, 4],
  },
];

const undefinedCode =
  "Chromium takes an undefined code before a reason for 0, and throws an InvalidAccessError.";

const closeArguments: readonly (readonly [
  name: string,
  args: readonly unknown[],
  expected: string,
  chromium?: Difference,
])[] = [
  ["nothing", [], 'close 1005 "" clean'],
  ["two times undefined", [undefined, undefined], 'close 1005 "" clean'],
  ["1000", [1000], 'close 1000 "" clean'],
  ["a string of digits", ["4000"], 'close 4000 "" clean'],
  ["3000", [3000], 'close 3000 "" clean'],
  ["4999", [4999], 'close 4999 "" clean'],
  [
    "a fraction rounded to even",
    [2999.5],
    'close 3000 "" clean',
    {
      gives: "InvalidAccessError",
      because: "Chromium cuts the fraction off a close code, where WebIDL rounds.",
    },
  ],
  ["an object with valueOf", [{ valueOf: () => 4001 }], 'close 4001 "" clean'],
  ["a reason", [3001, "été"], 'close 3001 "été" clean'],
  ["a reason that is null", [1000, null], 'close 1000 "null" clean'],
  ["a reason that is undefined", [1000, undefined], 'close 1000 "" clean'],
  ["a reason that is a lone surrogate", [1000, "\ud800"], 'close 1000 "\ufffd" clean'],
  ["a reason of 123 bytes", [1000, "€".repeat(41)], `close 1000 "${"€".repeat(41)}" clean`],
  [
    "an empty reason without a code",
    [undefined, ""],
    'close 1005 "" clean',
    { gives: "InvalidAccessError", because: undefinedCode },
  ],
  [
    "a reason without a code",
    [undefined, "why"],
    'close 1000 "why" clean',
    { gives: "InvalidAccessError", because: undefinedCode },
  ],
  ["null", [null], "InvalidAccessError"],
  ["NaN", [Number.NaN], "InvalidAccessError"],
  ["0", [0], "InvalidAccessError"],
  ["a negative code", [-1], "InvalidAccessError"],
  ["999", [999], "InvalidAccessError"],
  ["1001", [1001], "InvalidAccessError"],
  ["1005", [1005], "InvalidAccessError"],
  ["2999", [2999], "InvalidAccessError"],
  ["2999.4", [2999.4], "InvalidAccessError"],
  ["5000", [5000], "InvalidAccessError"],
  ["a code past 16 bits, which is clamped", [65_536 + 1000], "InvalidAccessError"],
  ["a symbol", [Symbol("code")], "TypeError"],
  ["a bigint", [1000n], "TypeError"],
  ["a reason that is a symbol", [1000, Symbol("reason")], "TypeError"],
  ["a reason of 124 bytes", [1000, "x".repeat(124)], "SyntaxError"],
  ["a reason of 124 bytes in 42 characters", [1000, `x${"€".repeat(41)}`], "SyntaxError"],
  ["a wrong code with a reason too long", [1, "x".repeat(124)], "InvalidAccessError"],
];

const closeCases: readonly StandardCase[] = [
  ...closeArguments.map(([name, args, expected, chromium]) => ({
    algorithm: closing,
    name,
    run: async (environment: Environment) => {
      const socket = await opened(environment, "/accept");
      const result = outcome(() => Reflect.apply(socket.close, socket, args));
      if (result !== undefined) {
        const { readyState } = socket;
        socket.close();
        return readyState === 1 ? result : `${result}, and not open`;
      }
      return describe(await next(socket, "close"));
    },
    expected,
    ...(chromium && { chromium }),
  })),
  {
    algorithm: closing,
    name: "wrong arguments throw in every state",
    run: async (environment) => {
      const socket = open(environment, "/accept");
      const results = [outcome(() => socket.close(1001))];
      socket.close();
      results.push(outcome(() => socket.close(1001)));
      await next(socket, "close");
      results.push(outcome(() => socket.close(1000, "x".repeat(124))));
      return results;
    },
    expected: ["InvalidAccessError", "InvalidAccessError", "SyntaxError"],
  },
  {
    algorithm: closing,
    name: "while connecting: closing at once, no event inside the call, then error and close",
    run: async (environment) => {
      const socket = open(environment, "/silent");
      const log = record(socket);
      socket.close(4000, "why");
      log.push(`returned, ${socket.readyState}`);
      await next(socket, "close");
      return log;
    },
    expected: ["returned, 2", "error, 3", 'close 1006 "" unclean, 3'],
  },
  {
    algorithm: closing,
    name: "while open: closing at once, no event inside the call, and only the first call counts",
    run: async (environment) => {
      const socket = await opened(environment, "/accept");
      const log = record(socket);
      socket.close(4000);
      log.push(`returned, ${socket.readyState}`);
      socket.close(4001);
      await next(socket, "close");
      socket.close(4002);
      return [...log, socket.readyState];
    },
    expected: ["returned, 2", 'close 4000 "" clean, 3', 3],
  },
  {
    algorithm: closing,
    name: "the server's Close is answered, and its code and reason are told",
    run: (environment) => story(environment, "/closes-4001"),
    expected: ["open, 1", 'close 4001 "done é" clean, 3'],
  },
  {
    algorithm: closing,
    name: "a Close without a code is told as 1005",
    run: (environment) => story(environment, "/closes-without-code"),
    expected: ["open, 1", 'close 1005 "" clean, 3'],
  },
  {
    algorithm: closing,
    name: "messages before the server's Close are told with ready state 1",
    run: (environment) => story(environment, "/text-and-close"),
    expected: ["open, 1", 'message "one", 1', 'message "two", 1', 'close 4001 "done" clean, 3'],
  },
  {
    algorithm: closing,
    name: "what follows the server's Close is discarded",
    run: (environment) => story(environment, "/closes-twice"),
    expected: ["open, 1", 'close 4001 "done" clean, 3'],
    chromium: {
      gives: ["open, 1", "error, 3", 'close 1006 "" unclean, 3'],
      because: "Chromium fails a connection on which something follows the server's Close.",
    },
  },
  {
    algorithm: closing,
    name: "a close event has its attributes, and bubbles nowhere",
    run: async (environment) => {
      const socket = await opened(environment, "/accept");
      socket.close(1000);
      const event = await next(socket, "close");
      return [String(event), event.constructor.name, event.bubbles, event.cancelable];
    },
    expected: ["[object CloseEvent]", "CloseEvent", false, false],
  },
  {
    algorithm: closing,
    name: "a stream that ends without a Close is 1006, and no error",
    run: (environment) => story(environment, "/ends"),
    expected: ["open, 1", 'close 1006 "" unclean, 3'],
  },
  {
    algorithm: closing,
    name: "a stream that is reset is 1006, and no error",
    run: (environment) => story(environment, "/resets"),
    expected: ["open, 1", 'close 1006 "" unclean, 3'],
  },
  {
    algorithm: closing,
    name: "a stream that ends instead of an answer to our Close is 1006, and no error",
    run: (environment) => story(environment, "/ends", (socket) => socket.close(1000)),
    expected: ["open, 1", 'close 1006 "" unclean, 3'],
  },
];

const neverOpen = ["error, 3", 'close 1006 "" unclean, 3'];
const openAndFailed = ["open, 1", "error, 3", 'close 1006 "" unclean, 3'];
const messageAndFailed = ["open, 1", 'message "one", 1', ...neverOpen];

const dropsTheRead: Difference = {
  gives: openAndFailed,
  because:
    "Chromium drops the messages that came in one read with a control frame that breaks the rules.",
};

const failures: readonly (readonly [
  name: string,
  path: string,
  expected: readonly string[],
  chromium?: Difference,
])[] = [
  ["a 404", "/404", neverOpen],
  ["a 200", "/200", neverOpen],
  ["a redirect", "/redirect", neverOpen],
  ["a 401", "/unauthorized", neverOpen],
  ["something that is not HTTP", "/no-http", neverOpen],
  ["a wrong Sec-WebSocket-Accept", "/wrong-accept", neverOpen],
  ["an extension that was not offered", "/unasked-extension", neverOpen],
  ["a subprotocol where none was offered", "/selects-b", neverOpen],
  ["an end instead of an answer", "/ends-before-the-answer", neverOpen],
  ["a masked frame", "/masked", messageAndFailed],
  ["a reserved bit", "/reserved-bit", messageAndFailed],
  ["a reserved opcode", "/reserved-opcode", messageAndFailed],
  ["text that is not UTF-8", "/not-utf8", messageAndFailed],
  ["a continuation of nothing", "/stray-continuation", messageAndFailed],
  ["a message inside a message", "/message-in-message", openAndFailed],
  ["a ping of 126 bytes", "/long-ping", messageAndFailed, dropsTheRead],
  ["a ping in fragments", "/fragmented-ping", messageAndFailed, dropsTheRead],
  ["a Close of one byte", "/short-close", openAndFailed],
  ["a Close with 1005", "/close-1005", openAndFailed],
  ["a Close whose reason is not UTF-8", "/close-not-utf8", openAndFailed],
];

const failureCases: readonly StandardCase[] = [
  ...failures.map(([name, path, expected, chromium]) => ({
    algorithm: failing,
    name: `${name} is an error and 1006`,
    run: (environment: Environment) => story(environment, path),
    expected,
    ...(chromium && { chromium }),
  })),
  {
    algorithm: failing,
    name: "a port where nobody listens is an error and 1006",
    run: async ({ WebSocket }) => {
      const socket = new WebSocket("ws://127.0.0.1:9/");
      const log = record(socket);
      await next(socket, "close");
      return log;
    },
    expected: neverOpen,
  },
  {
    algorithm: failing,
    name: "the error event is a plain Event",
    run: async (environment) => {
      const { event } = await named("error", environment, "/404");
      return [String(event), event.constructor === Event, event.bubbles, event.cancelable];
    },
    expected: ["[object Event]", true, false, false],
  },
  {
    algorithm: failing,
    name: "the error event tells a page nothing",
    run: async (environment) => {
      const { event } = await named("error", environment, "/404");
      return ["error" in event, "message" in event];
    },
    expected: [false, false],
    ours: {
      gives: [true, true],
      because: "The `error` event has `error` and `message`, which a page may not see.",
    },
  },
];

const handlerCases: readonly StandardCase[] = [
  {
    algorithm: handling,
    name: "a handler attribute gives what was set: a function or an object, else null",
    run: (environment) => {
      const socket = open(environment, "/accept");
      const handler = (): void => {};
      const object = { handleEvent: () => {} };
      const results = [handler, object, null, handler, undefined, handler, "text", handler, 7].map(
        (value) => {
          Reflect.set(socket, "onmessage", value);
          return socket.onmessage === value || socket.onmessage;
        },
      );
      socket.close();
      return results;
    },
    expected: [true, true, true, true, null, true, null, true, null],
  },
  {
    algorithm: handling,
    name: "a handler has its place from when it was first set, and again after null",
    run: async (environment) => {
      const socket = open(environment, "/accept");
      const log: string[] = [];
      socket.onopen = () => log.push("replaced");
      socket.addEventListener("open", () => log.push("listener 1"));
      socket.onopen = () => log.push("handler");
      socket.onclose = () => log.push("never");
      socket.addEventListener("close", () => log.push("listener 2"));
      socket.onclose = null;
      socket.onclose = () => log.push("last");
      await next(socket, "open");
      socket.close();
      await next(socket, "close");
      return log;
    },
    expected: ["handler", "listener 1", "listener 2", "last"],
  },
  {
    algorithm: handling,
    name: "a handler's this is the socket, and an object as a handler is not called",
    run: async (environment) => {
      const socket = open(environment, "/accept");
      const log: unknown[] = [];
      socket.onopen = function (event) {
        log.push(this === socket, event.type, event.currentTarget === socket);
      };
      Reflect.set(socket, "onclose", { handleEvent: () => log.push("called") });
      await next(socket, "open");
      socket.close();
      await next(socket, "close");
      return log;
    },
    expected: [true, "open", true],
  },
  {
    algorithm: handling,
    name: "listeners may be objects, once, and removed by a signal",
    run: async (environment) => {
      const socket = open(environment, "/three-texts");
      const log: string[] = [];
      const controller = new AbortController();
      const listener = {
        handleEvent(this: unknown, event: Event) {
          log.push(`${this === listener} ${event.type}`);
        },
      };
      socket.addEventListener("open", listener);
      socket.addEventListener("open", listener);
      socket.addEventListener("message", () => log.push("once"), { once: true });
      socket.addEventListener("message", () => log.push("never"), { signal: controller.signal });
      controller.abort();
      await next(socket, "open");
      const last = new Promise<void>((resolve) => {
        socket.addEventListener("message", ({ data }) => data === "three" && resolve());
      });
      socket.send("go");
      await last;
      socket.close();
      return log;
    },
    expected: ["true open", "once"],
  },
  {
    algorithm: handling,
    name: "an event of another's making reaches handlers, and changes nothing",
    run: (environment) => {
      const socket = open(environment, "/accept");
      const log: string[] = [];
      socket.onmessage = ({ data }) => log.push(data);
      socket.onclose = () => log.push("close");
      socket.dispatchEvent(new MessageEvent("message", { data: "made up" }));
      socket.dispatchEvent(new Event("close"));
      const { readyState } = socket;
      socket.close();
      return [log, readyState];
    },
    expected: [["made up", "close"], 0],
  },
  {
    algorithm: handling,
    name: "constructing fires nothing inside the call, and close may be called before anything happened",
    run: async (environment) => {
      const log: string[] = [];
      const socket = open(environment, "/accept");
      socket.onopen = () => log.push("open");
      await Promise.resolve();
      log.push(`microtask, ${socket.readyState}`);
      await next(socket, "open");
      socket.close();
      return log;
    },
    expected: ["microtask, 0", "open"],
  },
];

export const standardCases: readonly StandardCase[] = [
  ...interfaceCases,
  ...constructorCases,
  ...establishingCases,
  ...receivingCases,
  ...sendCases,
  ...closeCases,
  ...failureCases,
  ...handlerCases,
];
