import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import type { CloseEvent } from "./events.ts";
import {
  closePayload,
  encodeFrame,
  opcodes,
  type Peer,
  startPeer,
} from "./scripted-peer.test.util.ts";
import { close, ping, terminate, unref, WebSocket } from "./websocket.ts";

const eventNames = ["open", "message", "error", "close"] as const;

/** Writes down every event of a socket, with the ready state it saw. */
function record(socket: WebSocket): {
  readonly log: string[];
  readonly closed: Promise<CloseEvent>;
} {
  const log: string[] = [];
  for (const name of eventNames) {
    socket.addEventListener(name, (event: Event) => log.push(line(event, socket.readyState)));
  }
  const closed = once(socket as EventTarget, "close").then(([event]) => event as CloseEvent);
  return { log, closed };
}

function line(event: Event, state: number): string {
  if ("code" in event) {
    const { code, reason, wasClean } = event as CloseEvent;
    return `close ${code} "${reason}" ${wasClean ? "clean" : "unclean"} in ${state}`;
  }
  const data = "data" in event ? ` ${event.data}` : "";
  return `${event.type}${data} in ${state}`;
}

async function connect(
  context: TestContext,
  script: (peer: Peer) => Promise<unknown>,
  options: ConstructorParameters<typeof WebSocket>[1] = {},
): Promise<{ socket: WebSocket; log: string[]; closed: Promise<CloseEvent>; done: Promise<void> }> {
  const server = await startPeer(context, script);
  const socket = new WebSocket(server.url, options);
  context.after(() => terminate(socket));
  return { socket, ...record(socket), done: server.done };
}

function opened(socket: WebSocket): Promise<unknown> {
  return once(socket as EventTarget, "open");
}

// ---- the interface

test("the constants stand on the class and its prototype, and cannot be changed", () => {
  const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  for (const [name, value] of Object.entries(constants)) {
    const expected = { value, writable: false, enumerable: true, configurable: false };
    assert.deepEqual(Object.getOwnPropertyDescriptor(WebSocket, name), expected);
    assert.deepEqual(Object.getOwnPropertyDescriptor(WebSocket.prototype, name), expected);
  }
});

test("the prototype has what the standard lists, enumerable, and nothing else", () => {
  assert.deepEqual(Object.getOwnPropertyNames(WebSocket.prototype).sort(), [
    "CLOSED",
    "CLOSING",
    "CONNECTING",
    "OPEN",
    "binaryType",
    "bufferedAmount",
    "close",
    "constructor",
    "extensions",
    "onclose",
    "onerror",
    "onmessage",
    "onopen",
    "protocol",
    "readyState",
    "send",
    "url",
  ]);
  for (const name of Object.getOwnPropertyNames(WebSocket.prototype)) {
    const { enumerable } = Object.getOwnPropertyDescriptor(WebSocket.prototype, name) ?? {};
    assert.equal(enumerable, name !== "constructor", name);
  }
});

for (const name of ["url", "readyState", "bufferedAmount", "extensions", "protocol"]) {
  test(`${name} is a read-only attribute that refuses another this`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(WebSocket.prototype, name);
    assert.equal(descriptor?.set, undefined);
    assert.equal(descriptor?.configurable, true);
    assert.throws(() => descriptor?.get?.call({}), TypeError);
  });
}

test("another this is refused before any argument is converted", () => {
  const argument = {
    toString: () => assert.fail("the argument was converted"),
    valueOf: () => assert.fail("the argument was converted"),
  };
  const { send, close } = WebSocket.prototype;
  assert.throws(() => Reflect.apply(send, {}, [argument]), TypeError);
  assert.throws(() => Reflect.apply(close, {}, [argument, argument]), TypeError);
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "binaryType") ?? {};
  assert.throws(() => Reflect.apply(set ?? assert.fail, {}, [argument]), TypeError);
  assert.throws(() => Reflect.apply(set ?? assert.fail, {}, ["neither"]), TypeError);
});

test("the class has the standard's name, lengths and tag", () => {
  assert.equal(WebSocket.name, "WebSocket");
  assert.equal(WebSocket.length, 1);
  assert.equal(WebSocket.prototype.send.length, 1);
  assert.equal(WebSocket.prototype.close.length, 0);
  assert.equal(Object.prototype.toString.call(WebSocket.prototype), "[object WebSocket]");
  assert.deepEqual(Object.getOwnPropertyNames(WebSocket).sort(), [
    "CLOSED",
    "CLOSING",
    "CONNECTING",
    "OPEN",
    "length",
    "name",
    "prototype",
  ]);
});

// ---- the constructor

test("a call without new, or without a URL, is a TypeError", () => {
  assert.throws(
    () => Reflect.apply(WebSocket as unknown as () => void, undefined, ["ws://localhost"]),
    TypeError,
  );
  assert.throws(() => Reflect.construct(WebSocket, []), TypeError);
});

const refused: readonly (readonly [string, unknown[], string])[] = [
  ["a relative URL", ["/echo"], "SyntaxError"],
  ["undefined as URL", [undefined], "SyntaxError"],
  ["a fragment", ["ws://localhost/#a"], "SyntaxError"],
  ["a repeated protocol", ["ws://localhost", ["a", "a"]], "SyntaxError"],
  ["an empty protocol", ["ws://localhost", ""], "SyntaxError"],
  ["a wrong protocol in the bag", ["ws://localhost", { protocols: "a b" }], "SyntaxError"],
  ["an unknown option", ["ws://localhost", { retries: 3 }], "TypeError"],
];

for (const [name, args, error] of refused) {
  test(`the constructor refuses ${name} with a ${error}`, () => {
    assert.throws(() => Reflect.construct(WebSocket, args), { name: error });
  });
}

test("a URL object is as good as a string, and extra arguments are ignored", async (context) => {
  const server = await startPeer(context, (peer) => peer.accept());
  const socket = Reflect.construct(WebSocket, [new URL(server.url), [], "stray"]) as WebSocket;
  context.after(() => terminate(socket));
  assert.equal(socket.url, server.url);
  await opened(socket);
});

test("a new socket is connecting and has its defaults", async (context) => {
  const { socket } = await connect(context, (peer) => peer.accept());
  const { readyState, bufferedAmount, extensions, protocol, binaryType } = socket;
  assert.deepEqual(
    { readyState, bufferedAmount, extensions, protocol, binaryType },
    {
      readyState: 0,
      bufferedAmount: 0,
      extensions: "",
      protocol: "",
      binaryType: "blob",
    },
  );
  assert.deepEqual(
    eventNames.map((name) => socket[`on${name}`]),
    [null, null, null, null],
  );
});

test("the subprotocol in use is known when the socket opens", async (context) => {
  const { socket } = await connect(context, (peer) => peer.accept("Sec-WebSocket-Protocol: b"), [
    "a",
    "b",
  ]);
  await opened(socket);
  assert.equal(socket.protocol, "b");
});

test("binaryType ignores what is not of its enumeration", async (context) => {
  const { socket } = await connect(context, (peer) => peer.accept());
  for (const [given, expected] of [
    ["arraybuffer", "arraybuffer"],
    ["nodebuffer", "arraybuffer"],
    ["", "arraybuffer"],
    ["blob", "blob"],
  ] as const) {
    Reflect.set(socket, "binaryType", given);
    assert.equal(socket.binaryType, expected);
  }
});

// ---- events and their order

test("open, messages and close come in order, with the state they belong to", async (context) => {
  const { log, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.text, "one"));
    peer.write(encodeFrame(opcodes.text, "t", { fin: false }));
    peer.write(encodeFrame(opcodes.continuation, "wo"));
    peer.write(encodeFrame(opcodes.close, closePayload(4001, "done")));
    const answer = await peer.frame();
    assert.deepEqual([answer.opcode, answer.masked], [opcodes.close, true]);
    assert.deepEqual(answer.payload, closePayload(4001, "done"));
    peer.socket.end();
  });
  await closed;
  await done;
  assert.deepEqual(log, [
    "open in 1",
    "message one in 1",
    "message two in 1",
    'close 4001 "done" clean in 3',
  ]);
});

test("frames that come in one piece with the answer follow the open event", async (context) => {
  const { log, closed } = await connect(context, async (peer) => {
    peer.socket.cork();
    await peer.accept();
    peer.write(encodeFrame(opcodes.text, "early"));
    peer.write(encodeFrame(opcodes.close));
    peer.socket.uncork();
    await peer.frame();
    peer.socket.end();
  });
  await closed;
  assert.deepEqual(log, ["open in 1", "message early in 1", 'close 1005 "" clean in 3']);
});

test("a message event has the origin of the URL", async (context) => {
  const { socket } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.text, "hi"));
  });
  const [event] = await once(socket as EventTarget, "message");
  assert.equal(event.origin, socket.url.slice(0, -1));
  assert.equal(event.target, socket);
});

test("binary messages come as Blob or ArrayBuffer, as binaryType says at the time", async (context) => {
  const { socket, done } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.binary, "one"));
    await peer.frame();
    peer.write(encodeFrame(opcodes.binary, "two"));
  });
  const [first] = await once(socket as EventTarget, "message");
  assert.ok(first.data instanceof Blob);
  assert.equal(await first.data.text(), "one");
  socket.binaryType = "arraybuffer";
  socket.send("go on");
  const [second] = await once(socket as EventTarget, "message");
  assert.ok(second.data instanceof ArrayBuffer);
  assert.equal(Buffer.from(second.data).toString(), "two");
  await done;
});

test("a handler attribute and listeners hear the same event, in order of registration", async (context) => {
  const { socket } = await connect(context, (peer) => peer.accept());
  const heard: string[] = [];
  socket.onopen = () => heard.push("replaced");
  socket.addEventListener("open", () => heard.push("listener"));
  socket.onopen = () => heard.push("handler");
  await opened(socket);
  assert.deepEqual(heard, ["handler", "listener"]);
});

test("no message event follows a call of close", async (context) => {
  const { socket, log, closed } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.text, "one"));
    await peer.frame();
    peer.write(encodeFrame(opcodes.text, "late"));
    peer.write(encodeFrame(opcodes.close, closePayload(1000)));
    peer.socket.end();
  });
  socket.onmessage = () => socket.close(1000);
  await closed;
  assert.deepEqual(log, ["open in 1", "message one in 1", 'close 1000 "" clean in 3']);
});

// ---- close

test("close sends its code and reason, is closing at once, and clean when answered", async (context) => {
  const { socket, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    const { payload } = await peer.answerClose();
    assert.deepEqual(payload, closePayload(3001, "été"));
  });
  await opened(socket);
  socket.close(3001, "été");
  assert.equal(socket.readyState, 2);
  socket.close(4000);
  const { code, reason, wasClean } = await closed;
  assert.deepEqual([code, reason, wasClean], [3001, "été", true]);
  await done;
});

const closeArguments: readonly (readonly [unknown[], Buffer, number])[] = [
  [[], Buffer.alloc(0), 1005],
  [[undefined, undefined], Buffer.alloc(0), 1005],
  [[undefined, ""], Buffer.alloc(0), 1005],
  [[undefined, "why"], closePayload(1000, "why"), 1000],
  [["4000"], closePayload(4000), 4000],
  [[1000, null], closePayload(1000, "null"), 1000],
  [[1000, "\ud800"], closePayload(1000, "\ufffd"), 1000],
];

for (const [args, payload, code] of closeArguments) {
  test(`close(${args.map((argument) => JSON.stringify(argument)).join(", ")}) sends ${payload.toString("hex") || "an empty Close"}`, async (context) => {
    const { socket, closed, done } = await connect(context, async (peer) => {
      await peer.accept();
      assert.deepEqual((await peer.answerClose()).payload, payload);
    });
    await opened(socket);
    Reflect.apply(socket.close, socket, args);
    assert.equal((await closed).code, code);
    await done;
  });
}

test("close with wrong arguments throws in every state, and changes nothing", async (context) => {
  const { socket, closed } = await connect(context, async (peer) => {
    await peer.accept();
    await peer.answerClose();
  });
  const misuse = (): void => {
    assert.throws(() => socket.close(1001), { name: "InvalidAccessError" });
    assert.throws(() => Reflect.apply(socket.close, socket, [null]), {
      name: "InvalidAccessError",
    });
    assert.throws(() => socket.close(1000, "x".repeat(124)), { name: "SyntaxError" });
  };
  misuse();
  assert.equal(socket.readyState, 0);
  await opened(socket);
  misuse();
  assert.equal(socket.readyState, 1);
  socket.close();
  misuse();
  await closed;
  misuse();
  assert.equal(socket.readyState, 3);
});

for (const [name, give] of [
  ["close", (socket: WebSocket) => socket.close()],
  ["terminate", terminate],
] as const) {
  test(`${name} while connecting fails the connection: closing now, error and close later`, async (context) => {
    const { socket, log, closed } = await connect(context, async (peer) => peer.ended);
    give(socket);
    assert.equal(socket.readyState, 2);
    assert.deepEqual(log, []);
    await closed;
    assert.deepEqual(log, ["error in 3", 'close 1006 "" unclean in 3']);
  });
}

test("terminate drops an open connection without a Close and without an event inside the call", async (context) => {
  const { socket, log, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    await assert.rejects(peer.frame());
  });
  await opened(socket);
  terminate(socket);
  assert.equal(socket.readyState, 2);
  assert.equal(log.length, 1);
  await closed;
  await done;
  assert.deepEqual(log, ["open in 1", 'close 1006 "" unclean in 3']);
});

test("the server's Close makes the socket closing, and what was sent before it counts as clean", async (context) => {
  const { socket, closed } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.close, closePayload(1001, "going")));
    await peer.frame();
    peer.socket.end();
  });
  await opened(socket);
  const { code, reason, wasClean } = await closed;
  assert.deepEqual([code, reason, wasClean], [1001, "going", true]);
  socket.close();
  assert.equal(socket.readyState, 3);
});

test("a stream that ends without a Close is 1006 and not clean", async (context) => {
  const { log, closed } = await connect(context, async (peer) => {
    await peer.accept();
    peer.write(encodeFrame(opcodes.text, "last"));
    peer.socket.end();
  });
  await closed;
  assert.equal(log.at(1), "message last in 1");
  assert.equal(log.at(-1), 'close 1006 "" unclean in 3');
});

test("a stream that breaks closes with 1006, and is no error: nobody failed the connection", async (context) => {
  const { log, closed } = await connect(context, async (peer) => {
    await peer.accept();
    await peer.frame();
    peer.socket.resetAndDestroy();
  }).then((connected) => {
    connected.socket.onopen = () => connected.socket.send("go");
    return connected;
  });
  await closed;
  assert.deepEqual(log, ["open in 1", 'close 1006 "" unclean in 3']);
});

// ---- a server that breaks the rules

const faults: readonly (readonly [string, Buffer, number, RegExp])[] = [
  ["a masked frame", encodeFrame(opcodes.text, "hi", { key: [1, 2, 3, 4] }), 1002, /mask/],
  ["a reserved bit", Buffer.from([0xc1, 0]), 1002, /reserved bit/],
  ["text that is not UTF-8", encodeFrame(opcodes.text, Buffer.from([0xff])), 1007, /UTF-8/],
  ["a message above maxMessageSize", encodeFrame(opcodes.binary, "x".repeat(101)), 1009, /larger/],
  [
    "a Close with a code nobody may send",
    encodeFrame(opcodes.close, closePayload(1005)),
    1002,
    /code/,
  ],
];

for (const [name, bytes, code, message] of faults) {
  test(`${name} fails the connection: the server gets ${code}, the program an error and 1006`, async (context) => {
    const { socket, log, closed, done } = await connect(
      context,
      async (peer) => {
        await peer.accept();
        peer.write(encodeFrame(opcodes.text, "whole"));
        peer.write(bytes);
        const frame = await peer.frame();
        assert.equal(frame.opcode, opcodes.close);
        assert.equal(frame.payload.readUInt16BE(), code);
        peer.socket.end();
      },
      { maxMessageSize: 100 },
    );
    const errors: Error[] = [];
    socket.onerror = ({ error }) => errors.push(error);
    await closed;
    await done;
    assert.deepEqual(log, [
      "open in 1",
      "message whole in 1",
      "error in 3",
      'close 1006 "" unclean in 3',
    ]);
    assert.match(errors[0]?.message ?? "", message);
  });
}

test("an attempt that fails fires error with the reason, then close", async (context) => {
  const { socket, log, closed } = await connect(context, async (peer) => {
    await peer.request();
    peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  const [event] = await once(socket as EventTarget, "error");
  assert.equal(event.error.status, 404);
  assert.match(event.message, /answered 404 Not Found/);
  await closed;
  assert.deepEqual(log, ["error in 3", 'close 1006 "" unclean in 3']);
});

// ---- send

test("send before the connection is open is an InvalidStateError, without an argument a TypeError", async (context) => {
  const { socket } = await connect(context, (peer) => peer.accept());
  assert.throws(() => socket.send("early"), { name: "InvalidStateError" });
  assert.throws(() => ping(socket), { name: "InvalidStateError" });
  assert.throws(() => Reflect.apply(socket.send, socket, []), TypeError);
});

test("strings, buffers, views and Blobs arrive whole and in the order of their calls", async (context) => {
  const received: string[] = [];
  const { socket, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    for (let count = 0; count < 7; count++) {
      const { opcode, masked, payload } = await peer.frame();
      assert.equal(masked, true);
      received.push(`${opcode} ${payload}`);
    }
    await peer.answerClose();
  });
  await opened(socket);
  const bytes = Buffer.from("_view_");
  socket.send("text €");
  socket.send(new Blob(["blob"]));
  socket.send(bytes.subarray(1, 5));
  socket.send("behind");
  socket.send(new Blob([]));
  socket.send(new DataView(new ArrayBuffer(0)));
  socket.send(new Blob(["last"]));
  socket.close(1000);
  // Bytes are taken at the call, those that wait behind a Blob too.
  bytes.fill(0);
  assert.equal(socket.readyState, 2);
  assert.equal((await closed).wasClean, true);
  await done;
  assert.deepEqual(received, ["1 text €", "2 blob", "2 view", "1 behind", "2 ", "2 ", "2 last"]);
});

for (const size of [10, 20_000]) {
  test(`${size} bytes are taken at the call, and the caller's buffer stays as it was`, async (context) => {
    const { socket, done } = await connect(context, async (peer) => {
      await peer.accept();
      assert.deepEqual((await peer.frame()).payload, Buffer.alloc(size, 7));
    });
    await opened(socket);
    const bytes = Buffer.alloc(size, 7);
    socket.send(bytes);
    assert.deepEqual(bytes, Buffer.alloc(size, 7));
    bytes.fill(0);
    await done;
  });
}

test("bufferedAmount grows by the payload's bytes at the call, and is 0 when they have left", async (context) => {
  const { socket, done } = await connect(context, async (peer) => {
    await peer.accept();
    for (let count = 0; count < 4; count++) await peer.frame();
    peer.write(encodeFrame(opcodes.text, "got all"));
  });
  await opened(socket);
  const grown: number[] = [];
  for (const data of ["€", Buffer.alloc(200), new Blob(["four"]), "behind"]) {
    socket.send(data);
    grown.push(socket.bufferedAmount);
  }
  assert.deepEqual(grown, [3, 203, 207, 213]);
  await once(socket as EventTarget, "message");
  assert.equal(socket.bufferedAmount, 0);
  await done;
});

test("what is sent on a closing or closed socket is discarded, and stays in bufferedAmount", async (context) => {
  const { socket, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    const first = await peer.answerClose();
    assert.equal(first.opcode, opcodes.close);
  });
  await opened(socket);
  socket.close();
  socket.send("late");
  assert.equal(socket.bufferedAmount, 4);
  await closed;
  socket.send(new Blob(["later"]));
  assert.equal(socket.bufferedAmount, 9);
  await done;
});

test("the Close's own bytes are not in bufferedAmount", async (context) => {
  const { socket, closed, done } = await connect(context, async (peer) => {
    await peer.accept();
    await peer.frame();
    peer.write(encodeFrame(opcodes.text, "got it"));
    await peer.answerClose();
  });
  await opened(socket);
  socket.send("a message that has left by then");
  await once(socket as EventTarget, "message");
  socket.close(1000, "done");
  assert.equal(socket.bufferedAmount, 0);
  socket.send("12345");
  assert.equal(socket.bufferedAmount, 5);
  await closed;
  assert.equal(socket.bufferedAmount, 5);
  await done;
});

// ---- beside the class

test("ping sends its data, and a ping of the server's is answered", async (context) => {
  const { socket, done } = await connect(context, async (peer) => {
    await peer.accept();
    const sent = await peer.frame();
    assert.deepEqual([sent.opcode, sent.payload.toString()], [opcodes.ping, "you?"]);
    peer.write(encodeFrame(opcodes.ping, "and you?"));
    const answer = await peer.frame();
    assert.deepEqual([answer.opcode, answer.payload.toString()], [opcodes.pong, "and you?"]);
  });
  await opened(socket);
  assert.throws(() => ping(socket, "x".repeat(126)), RangeError);
  ping(socket, "you?");
  await done;
});

test("close beside the class takes the codes that a page may not send", async (context) => {
  const { socket, log, closed } = await connect(context, async (peer) => {
    await peer.accept();
    const { payload } = await peer.answerClose();
    assert.deepEqual([payload.readUInt16BE(0), payload.toString("utf8", 2)], [1001, "going"]);
  });
  await opened(socket);
  assert.throws(() => close(socket, 1005), RangeError);
  close(socket, 1001, "going");
  assert.equal(socket.readyState, 2);
  await closed;
  assert.equal(log.at(-1), 'close 1001 "going" clean in 3');
});

test("a ping tells of its pong, or that none can come any more", async (context) => {
  const { socket } = await connect(context, async (peer) => {
    await peer.accept();
    const { payload } = await peer.frame();
    peer.write(encodeFrame(opcodes.pong, payload.toString()));
    await peer.frame();
    peer.socket.destroy();
  });
  await opened(socket);
  assert.equal(await ping(socket, "one"), true);
  assert.equal(await ping(socket, "two"), false);
  assert.equal(await ping(socket, "on a socket that is closed"), false);
});

test("the functions beside the class refuse another's socket", () => {
  const other = {} as WebSocket;
  for (const act of [close, terminate, ping, unref]) assert.throws(() => act(other), TypeError);
});

/** Runs a program with a socket that connects, and says what it printed and how it ended. */
function run(body: string, url: string): Promise<{ output: string; code: number | null }> {
  return runProgram(`
    const socket = new WebSocket(${JSON.stringify(url)});
    process.on("exit", () => console.log("exit in", socket.readyState));
    ${body}`);
}

async function runProgram(body: string): Promise<{ output: string; code: number | null }> {
  const from = new URL("./index.js", import.meta.url).href;
  const program = `import { unref, WebSocket } from ${JSON.stringify(from)}; ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  return { output, code };
}

test("an open socket keeps the process alive until it closes", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.accept();
    await peer.frame();
    // Behind everything that could have ended the program in the turn of its send.
    setImmediate(() => peer.write(encodeFrame(opcodes.text, "hi")));
    await peer.answerClose();
  });
  const body = `
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => { console.log(data); socket.close(); };
    socket.onclose = ({ wasClean }) => console.log("closed", wasClean);`;
  assert.deepEqual(await run(body, server.url), {
    output: "hi\nclosed true\nexit in 3\n",
    code: 0,
  });
});

const unreferencing: readonly (readonly [string, string])[] = [
  ["once it is open", "socket.onopen = () => unref(socket);"],
  // The timer holds the process until then.
  [
    "before it is open",
    "unref(socket); const hold = setTimeout(() => {}, 1e6); socket.onopen = () => clearTimeout(hold);",
  ],
];

for (const [when, body] of unreferencing) {
  test(`unref called ${when} lets the process end while the socket is open`, async (context) => {
    const server = await startPeer(context, (peer) => peer.accept());
    assert.deepEqual(await run(body, server.url), { output: "exit in 1\n", code: 0 });
  });
}

test("a connecting socket that is unreferenced lets the process end", async (context) => {
  const server = await startPeer(context, (peer) => peer.ended);
  assert.deepEqual(await run("unref(socket);", server.url), { output: "exit in 0\n", code: 0 });
});

test("a socket that waits for its turn keeps the process alive, although who has the turn does not", async (context) => {
  let count = 0;
  const server = await startPeer(context, async (peer) => {
    count++;
    if (count === 1) return peer.ended;
    await peer.accept();
    return peer.answerClose();
  });
  const url = JSON.stringify(server.url);
  const { output, code } = await runProgram(`
    unref(new WebSocket(${url}));
    const socket = new WebSocket(${url}, { handshakeTimeout: 300 });
    socket.onopen = () => { console.log("open"); socket.close(); };`);
  assert.deepEqual({ output, code }, { output: "open\n", code: 0 });
});

test("a program whose connection fails ends by itself", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    peer.socket.end();
  });
  const body =
    "socket.onerror = () => console.log('error'); socket.onclose = () => console.log('close');";
  assert.deepEqual(await run(body, server.url), { output: "error\nclose\nexit in 3\n", code: 0 });
});

test("an open socket that only its listeners know is not collected", async (context) => {
  let release: () => void = () => {};
  const collected = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await startPeer(context, async (peer) => {
    const request = await peer.accept();
    if (request.startsWith("GET /collected ")) release();
    else await collected;
    peer.write(encodeFrame(opcodes.text, "hi"));
    await peer.answerClose();
  });
  const { output, code } = await runProgram(`
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc");
    function connect(url, onopen) {
      const socket = new WebSocket(url);
      socket.onopen = onopen;
      socket.onmessage = ({ data, target }) => { console.log(data); target.close(); };
    }
    connect(${JSON.stringify(server.url)}, () => setImmediate(() => {
      gc();
      connect(${JSON.stringify(`${server.url}collected`)}, null);
    }));`);
  assert.deepEqual({ output, code }, { output: "hi\nhi\n", code: 0 });
});
