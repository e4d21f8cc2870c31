/**
 * The server that the cases of standard-cases.test.util.ts are played against, in Node and in a
 * browser: the path of the URL chooses what it does, right or wrong.
 */
import type { TestContext } from "node:test";
import {
  closePayload,
  encodeFrame,
  type Frame,
  opcodes,
  type Peer,
  type ScriptedServer,
  startPeer,
} from "./scripted-peer.test.util.ts";

type Script = (peer: Peer, request: string) => unknown;

/** Accepts, does something, and from there on takes part in the closing handshake. */
function accepting(then: (peer: Peer, request: string) => unknown, ...headers: string[]): Script {
  return async (peer, request) => {
    peer.answer(request, ...headers);
    await then(peer, request);
    await peer.answerClose();
  };
}

/** Accepts, and once the client has sent a frame, which says that it is open, writes these bytes. */
function writing(...bytes: readonly Uint8Array[]): Script {
  return accepting(async (peer) => {
    await peer.frame();
    peer.write(Buffer.concat(bytes));
  });
}

function refusing(...lines: readonly string[]): Script {
  return (peer) => {
    peer.write(`${lines.join("\r\n")}\r\n\r\n`);
    peer.socket.end();
  };
}

/** The client's next message, put together, or its Close. */
async function message(peer: Peer): Promise<Frame> {
  const first = await peer.frame();
  const payloads = [first.payload];
  for (let frame = first; !frame.fin; ) {
    frame = await peer.frame();
    payloads.push(frame.payload);
  }
  return { ...first, payload: Buffer.concat(payloads) };
}

/** Tells what each message was, as text, until the Close. */
async function tell(peer: Peer, request: string): Promise<void> {
  peer.answer(request);
  let frame = await message(peer);
  while (frame.opcode !== opcodes.close) {
    const { opcode, payload } = frame;
    const what = payload.length > 40 ? `${payload.length} bytes` : payload.toString("hex");
    peer.write(text(`${opcode === opcodes.text ? "text" : "binary"} ${what}`));
    frame = await message(peer);
  }
  peer.write(encodeFrame(opcodes.close, frame.payload));
  end(peer);
}

/** Accepts, and once the client is open closes with these bytes; then waits for the answer, and ends. */
function closingWith(...bytes: readonly Uint8Array[]): Script {
  return async (peer, request) => {
    peer.answer(request);
    await peer.frame();
    peer.write(Buffer.concat(bytes));
    await peer.frame();
    end(peer);
  };
}

function end(peer: Peer): void {
  peer.socket.end();
}

const text = (data: string): Buffer => encodeFrame(opcodes.text, data);
const binary = (data: string): Buffer => encodeFrame(opcodes.binary, data);

const scripts: Readonly<Record<string, Script>> = {
  "/silent": (peer) => peer.ended,
  "/accept": accepting(() => {}),
  "/tell": tell,
  "/selects-b": accepting(() => {}, "Sec-WebSocket-Protocol: b"),
  "/header": accepting((peer, request) => {
    const [, name = ""] = /^GET [^?]*\?(\S*)/.exec(request) ?? [];
    const [, value = "none"] = new RegExp(`^${name}: *(.*)\r$`, "im").exec(request) ?? [];
    peer.write(text(value));
  }),
  "/three-texts": writing(text("one"), text("two"), text("three")),
  "/text-and-close": closingWith(
    text("one"),
    text("two"),
    encodeFrame(opcodes.close, closePayload(4001, "done")),
  ),
  "/with-the-answer": (peer, request) => {
    peer.socket.cork();
    peer.answer(request);
    peer.write(text("early"));
    peer.write(encodeFrame(opcodes.close));
    peer.socket.uncork();
    return peer.frame().then(() => end(peer));
  },
  "/fragments": writing(
    encodeFrame(opcodes.text, "a", { fin: false }),
    encodeFrame(opcodes.ping, "?"),
    encodeFrame(opcodes.continuation, "", { fin: false }),
    encodeFrame(opcodes.continuation, "b"),
  ),
  "/two-binaries": writing(binary("one"), binary("two")),
  "/empty": writing(text(""), binary("")),
  "/byte-order-mark": writing(text("\ufeffa")),
  "/closes-4001": closingWith(encodeFrame(opcodes.close, closePayload(4001, "done é"))),
  "/closes-without-code": closingWith(encodeFrame(opcodes.close)),
  "/closes-twice": closingWith(
    encodeFrame(opcodes.close, closePayload(4001, "done")),
    encodeFrame(opcodes.close, closePayload(4002, "again")),
  ),
  "/late": accepting(async (peer) => {
    const { payload } = await peer.frame();
    peer.write(text("late"));
    peer.write(encodeFrame(opcodes.close, payload));
    end(peer);
  }),
  "/ends": async (peer, request) => {
    peer.answer(request);
    await peer.frame();
    end(peer);
  },
  "/resets": async (peer, request) => {
    peer.answer(request);
    await peer.frame();
    peer.socket.resetAndDestroy();
  },
  "/ends-before-the-answer": (peer) => end(peer),
  "/404": refusing("HTTP/1.1 404 Not Found", "Content-Length: 0"),
  "/200": refusing("HTTP/1.1 200 OK", "Content-Length: 0"),
  "/redirect": refusing("HTTP/1.1 302 Found", "Location: /accept", "Content-Length: 0"),
  "/unauthorized": refusing("HTTP/1.1 401 Unauthorized", "Content-Length: 0"),
  "/no-http": refusing("SSH-2.0-OpenSSH"),
  "/wrong-accept": refusing(
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ),
  "/unasked-extension": accepting(() => {}, "Sec-WebSocket-Extensions: x-unasked"),
  "/masked": writing(text("one"), encodeFrame(opcodes.text, "two", { key: [1, 2, 3, 4] })),
  "/reserved-bit": writing(text("one"), Buffer.from([0xa1, 0])),
  "/reserved-opcode": writing(text("one"), Buffer.from([0x83, 0])),
  "/not-utf8": writing(text("one"), encodeFrame(opcodes.text, Buffer.from([0xff]))),
  "/stray-continuation": writing(text("one"), encodeFrame(opcodes.continuation, "two")),
  "/message-in-message": writing(
    encodeFrame(opcodes.text, "one", { fin: false }),
    encodeFrame(opcodes.text, "two"),
  ),
  "/long-ping": writing(text("one"), encodeFrame(opcodes.ping, "x".repeat(126))),
  "/fragmented-ping": writing(text("one"), encodeFrame(opcodes.ping, "x", { fin: false })),
  "/short-close": writing(encodeFrame(opcodes.close, Buffer.from([3]))),
  "/close-1005": writing(encodeFrame(opcodes.close, closePayload(1005))),
  "/close-not-utf8": writing(encodeFrame(opcodes.close, Buffer.from([3, 232, 255]))),
};

export function startStandardServer(context: TestContext): Promise<ScriptedServer> {
  return startPeer(context, async (peer) => {
    const request = await peer.request();
    const path = /^GET ([^ ?]*)/.exec(request)?.[1] ?? "";
    const script = scripts[path];
    if (script === undefined) throw new Error(`no script plays at ${path}`);
    await script(peer, request);
  });
}
