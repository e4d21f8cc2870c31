// Handlers that use each name of pywebsocket's contract, under both names of its package.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "trunkline/client";
import { type Server, serve } from "trunkline/server";
import { machineClock } from "../../clock.ts";
import { keepLog } from "../../processes/processes.test.util.ts";
import { type HandlerFolder, openHandlerFolder } from "../handler-folder.ts";
import { PythonHandlers, PythonWorker } from "./index.ts";

const FIXTURES = fileURLToPath(new URL("../../../tests/python/", import.meta.url));

interface Peer {
  readonly socket: WebSocket;
  /** The next message, or undefined when none follows. */
  next(): Promise<unknown>;
  readonly closed: Promise<{
    readonly code: number;
    readonly reason: string;
    readonly wasClean: boolean;
  }>;
}

function dial(url: string, protocols: string[] = [], headers: Record<string, string> = {}): Peer {
  const socket = new WebSocket(url, { protocols, headers });
  socket.binaryType = "arraybuffer";
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  let isOver = false;
  socket.addEventListener("message", ({ data }) => {
    const message = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    const first = waiting.shift();
    if (first) first(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number; reason: string; wasClean: boolean }>((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      isOver = true;
      for (const one of waiting.splice(0)) one(undefined);
      resolve({ code, reason, wasClean });
    });
  });
  const next = () => {
    if (messages.length > 0 || isOver) return Promise.resolve(messages.shift());
    return new Promise<unknown>((resolve) => waiting.push(resolve));
  };
  return { socket, next, closed };
}

async function open(url: string, ...rest: [string[]?, Record<string, string>?]): Promise<Peer> {
  const peer = dial(url, ...rest);
  await new Promise<void>((resolve, reject) => {
    peer.socket.addEventListener("open", () => resolve());
    peer.closed.then(({ code }) => reject(new Error(`closed with ${code}`)));
  });
  return peer;
}

/** A TCP connection on which a handshake was asked for. */
function connectRaw(port: number, path: string, headers: readonly string[] = []): Socket {
  const socket = connectTcp(port, "localhost");
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
      "\r\n",
    ].join("\r\n"),
  );
  return socket;
}

/** All that the server sends; once that has the words in it, the client leaves. */
function collect(socket: Socket, words: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
      if (text.includes(words)) socket.end();
    });
    socket.on("error", () => {}).on("close", () => resolve(text));
  });
}

function rawAnswer(
  port: number,
  path: string,
  headers: readonly string[] = [],
  words = "HTTP/1.1 101",
): Promise<string> {
  return collect(connectRaw(port, path, headers), words);
}

for (const name of ["pywebsocket3", "mod_pywebsocket"]) {
  describe(`handlers that import ${name}`, () => {
    const kept = keepLog();
    const worker = new PythonWorker({
      clock: machineClock,
      log: kept.log,
      environment: process.env,
    });
    let root: string;
    let folder: HandlerFolder;
    let server: Server;
    let url: string;

    before(async () => {
      root = await realpath(await mkdtemp(join(tmpdir(), "trunkline-")));
      await mkdir(join(root, "sub"));
      for (const file of await readdir(FIXTURES)) {
        const text = readFileSync(join(FIXTURES, file), "utf8");
        await writeFile(join(root, "sub", file), text.replaceAll("pywebsocket3", name));
      }
      const foreign = { python: new PythonHandlers(worker, root, kept.log) };
      folder = await openHandlerFolder({ root, log: kept.log, foreign, onRoutes() {} });
      server = await serve({ routes: folder.routes as never, logger: kept.log });
      url = `${server.url}/sub`;
    });

    after(async () => {
      folder.close();
      await server.close();
      await worker.stop();
      await rm(root, { recursive: true });
    });

    it("load without a word", () => {
      assert.deepEqual(
        kept.lines.filter((line) => /^(error|warn)/.test(line)),
        [],
      );
      assert.equal(Object.keys(folder.routes).length, 7);
    });

    it("find every attribute of the request, before and after the handshake", async () => {
      const headers = {
        "X-Asked": "yes",
        Origin: server.url.replace("ws:", "http:"),
        "Sec-WebSocket-Extensions": 'permessage-deflate; client_max_window_bits, other; a="b"; d',
      };
      const answer = await rawAnswer(
        server.port,
        "/sub/attributes?a=1",
        [
          ...Object.entries(headers).map((pair) => pair.join(": ")),
          "Sec-WebSocket-Protocol: one, two",
        ],
        "reads the socket",
      );
      assert.match(answer, /^HTTP\/1\.1 101 /);
      assert.match(answer, /\r\nSec-WebSocket-Protocol: two\r\n/);
      assert.match(answer, /\r\nx-extra: one\r\n/i);
      assert.match(answer, /\r\nset-cookie: a=1\r\nset-cookie: b=2; Max-Age=0\r\n/i);
      assert.ok(
        answer.includes(
          '"ws_requested_extensions": [["permessage-deflate", [["client_max_window_bits", null]]], ["other", [["a", "b"], ["d", null]]]], "processors": ["permessage-deflate"]',
        ),
        answer,
      );
      const { "Sec-WebSocket-Extensions": _, ...sendable } = headers;
      const peer = await open(`${url}/attributes?a=1`, ["one", "two"], sendable);
      const seen = JSON.parse(String(await peer.next()));
      const { remote_addr, local_addr, ...rest } = seen;
      assert.match(remote_addr[0], /^(127\.0\.0\.1|::1)$/);
      assert.equal(typeof remote_addr[1], "number");
      assert.equal(local_addr[1], server.port);
      const { ws_requested_extensions, processors, ...others } = rest;
      assert.ok(Array.isArray(processors) && ws_requested_extensions !== undefined);
      assert.deepEqual(others, {
        uri: "/sub/attributes?a=1",
        unparsed_uri: "/sub/attributes?a=1",
        method: "GET",
        protocol: "HTTP/1.1",
        is_https: false,
        header: ["yes", "yes"],
        no_header: null,
        message_type: true,
        first_line: "GET /sub/attributes?a=1 HTTP/1.1\r\n",
        ws_resource: "/sub/attributes?a=1",
        ws_origin: headers.Origin,
        ws_version: 13,
        ws_requested_protocols: ["one", "two"],
        ws_protocol: null,
        ws_extensions: null,
        ws_stream: true,
        ws_close: [null, null],
        terminated: [false, false],
      });
      const opened = JSON.parse(String(await peer.next()));
      assert.deepEqual(opened, { ...seen, ws_protocol: "two", processors: [] });
      assert.match(String(await peer.next()), /the server reads the socket/);
      assert.deepEqual(await peer.closed, { code: 1000, reason: "", wasClean: true });
      await kept.line(/^info python: printed by a handler$/);
      await kept.line(/^warn python: logged by a handler$/);
    });

    const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
      ["?abort", [], /^$/],
      ["?write", [], /^HTTP\/1\.1 418 Teapot\r\nContent-Length: 0\r\n\r\n$/],
      ["?value", [], /^HTTP\/1\.1 403 /],
      ["?handshake", [], /^HTTP\/1\.1 403 /],
      ["?exit", [], /^HTTP\/1\.1 403 /],
      ["?forget", ["Sec-WebSocket-Protocol: chat"], /^HTTP\/1\.1 400 /],
      ["?invent", [], /^HTTP\/1\.1 400 /],
      ["?token", ["Sec-WebSocket-Protocol: chat"], /^HTTP\/1\.1 400 /],
      ["?invent", ["Sec-WebSocket-Protocol: chat"], /^HTTP\/1\.1 500 /],
      ["?header", [], /^HTTP\/1\.1 500 /],
      ["", [], /^HTTP\/1\.1 101 /],
    ];
    for (const [query, headers, expected] of refusals) {
      it(`end the handshake of ${query || "nobody else"} as pywebsocket does (${headers.length})`, async () => {
        assert.match(await rawAnswer(server.port, `/sub/handshake${query}`, headers), expected);
      });
    }

    const endings: readonly (readonly [string, number, string])[] = [
      ["abort", 1006, ""],
      ["bad operation", 1011, ""],
      ["invalid frame", 1002, ""],
      ["unsupported frame", 1003, ""],
      ["invalid utf-8", 1007, ""],
      ["terminated", 1006, ""],
      ["value", 1006, ""],
      ["close", 4000, "why"],
      ["close default", 1000, ""],
      ["close helper", 1000, ""],
      ["close empty", 1005, ""],
      ["close away", 1001, "bye"],
      ["close at once", 4001, "bytes"],
      ["code 3000", 3000, ""],
      ["code 999", 1011, ""],
      ["code 5000", 1011, ""],
      ["code 1005", 1011, ""],
      ["code 1006", 1011, ""],
      ["code 1015", 1011, ""],
      ["long reason", 1011, ""],
      ["reason of bytes", 1011, ""],
      ["raw text", 1006, ""],
      ["nothing", 1000, ""],
    ];
    for (const [way, code, reason] of endings) {
      it(`end with ${code} after ${way}`, async () => {
        const peer = await open(`${url}/endings`);
        peer.socket.send(way);
        assert.deepEqual(await peer.closed, { code, reason, wasClean: code !== 1006 });
      });
    }

    it("tell the log what they raised, with the line", async () => {
      const peer = await open(`${url}/endings`);
      peer.socket.send("value");
      await peer.closed;
      const line = await kept.line(/web_socket_transfer_data of \/sub\/endings raised/);
      assert.match(line, /^error python: .*endings_wsh\.py", line \d+.*ValueError: on purpose$/s);
    });

    it("write raw bytes in their order", async () => {
      const peer = await open(`${url}/endings`);
      peer.socket.send("raw");
      assert.equal(await peer.next(), "framed");
      assert.equal(await peer.next(), "raw");
      assert.equal((await peer.closed).code, 1000);
    });

    const answers: readonly (readonly [string, number | undefined, string, number, string])[] = [
      ["passive?echo", 4321, "ta", 4321, "ta"],
      ["passive?echo", undefined, "", 1005, ""],
      ["passive?choose", 1000, "", 4999, "chosen"],
      ["passive?choose", undefined, "", 4999, "chosen"],
      ["passive?abort", 1000, "", 1006, ""],
      ["passive?bad", 1000, "", 1011, ""],
      ["passive?raise", 1000, "", 1006, ""],
      ["passive?return", 4000, "", 4999, "chosen"],
      ["passive?push", 1000, "", 4999, "chosen"],
      ["minimal", 4000, "gone", 1000, ""],
      ["minimal", undefined, "", 1000, ""],
    ];
    for (const [path, sent, sentReason, code, reason] of answers) {
      it(`answer a Close of ${sent ?? "no code"} at ${path} with ${code}`, async () => {
        const peer = await open(`${url}/${path}`);
        if (sent === undefined) peer.socket.close();
        else peer.socket.close(sent, sentReason);
        assert.deepEqual(await peer.closed, { code, reason, wasClean: code !== 1006 });
      });
    }

    it("know the code and the reason of the client's Close", async () => {
      const first = await open(`${url}/passive?echo`);
      first.socket.close(4000, "rëason");
      await first.closed;
      const second = await open(`${url}/passive?echo`);
      second.socket.send("last");
      assert.equal(await second.next(), "[4000, 'rëason']");
      second.socket.close();
      await second.closed;
    });

    it("send and receive text and binary of any size", async () => {
      const peer = await open(`${url}/messages`);
      for (const text of ["", "é€😀", "x".repeat(1_000_000)]) {
        peer.socket.send(text);
        assert.equal(await peer.next(), text);
      }
      for (const size of [0, 1, 1_000_000]) {
        const bytes = new Uint8Array(size).fill(200);
        peer.socket.send(bytes);
        assert.deepEqual(await peer.next(), bytes);
      }
      peer.socket.close(1000);
      await peer.closed;
    });

    for (const [query, agreed] of [
      ["", "['permessage-deflate']"],
      ["?no", "None"],
    ] as const) {
      it(`know that ${agreed} was agreed on at ${query || "a plain path"}`, async () => {
        const peer = await open(`${url}/extensions${query}`);
        assert.equal(await peer.next(), agreed);
        assert.equal(peer.socket.extensions !== "", agreed !== "None");
        const text = "to be compressed ".repeat(1000);
        peer.socket.send(text);
        assert.equal(await peer.next(), text);
        assert.equal((await peer.closed).code, 1000);
      });
    }

    it("are told that the connection is gone when the client breaks the protocol", async () => {
      const socket = connectRaw(server.port, "/sub/messages");
      const came = collect(socket, "\x88");
      // Not masked, as a client's must be.
      socket.write(Uint8Array.of(0x81, 0x01, 0x61));
      // The code stands behind the frame's header of two bytes.
      const bytes = Buffer.from((await came).split("\r\n\r\n")[1] ?? "", "latin1");
      assert.equal(bytes.readUInt16BE(2), 1002);
      socket.destroy();
      await kept.line(/^debug python: \/sub\/messages: The connection is gone, without a Close$/);
    });

    const scripts: readonly (readonly [
      string,
      readonly (string | Uint8Array)[],
      readonly unknown[],
    ])[] = [
      ["opcodes", [Uint8Array.of(1)], ["1", "2"]],
      ["fragments", [], ["one two three", Uint8Array.of(0, 1)]],
      ["frame", ["abc"], ["(1, b'abc', 1)"]],
      ["frame", [Uint8Array.of(65)], ["(2, b'A', 1)"]],
      [
        "refusals",
        [],
        [
          "a binary message is made of bytes, not of a str",
          "a text message is a str; for bytes give binary=True",
          "a ping carries at most 125 bytes",
          "a close reason needs a code",
        ],
      ],
      ["functions", ["back"], ["text", new TextEncoder().encode("bytes"), "back"]],
      ["receiver", ["a", "b"], ["sent later", "['a', 'b']"]],
      ["callback", ["a", "end"], ["taken a", "taken end"]],
    ];
    for (const [command, sent, expected] of scripts) {
      it(`do ${command} as told`, async () => {
        const peer = await open(`${url}/messages`);
        for (const message of [command, ...sent]) peer.socket.send(message);
        for (const message of expected) assert.deepEqual(await peer.next(), message);
        peer.socket.close(1000);
        assert.equal((await peer.closed).wasClean, true);
      });
    }

    it("hold the client up while they do not read, and get everything in order", async () => {
      const peer = await open(`${url}/messages`);
      const other = await open(`${url}/messages`);
      peer.socket.send("wait gate");
      const texts = Array.from({ length: 300 }, (_, at) => `${at} ${"x".repeat(20_000)}`);
      for (const text of texts) peer.socket.send(text);
      // The others go on meanwhile.
      other.socket.send("free");
      assert.equal(await other.next(), "free");
      other.socket.send("open gate");
      for (const text of texts) assert.equal(await peer.next(), text);
      for (const { socket } of [peer, other]) socket.close(1000);
      await Promise.all([peer.closed, other.closed]);
    });
  });
}
