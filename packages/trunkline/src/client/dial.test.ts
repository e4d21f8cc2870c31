import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { type TestContext, test } from "node:test";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import type { Clock, Timer } from "../connection/clock.ts";
import { cert, key } from "../testing/certificate.test.util.ts";
import { Dial, type Dialled } from "./dial.ts";
import type { DialError } from "./dial-error.ts";
import { readSettings } from "./options.ts";
import { acceptOf, Peer, type ScriptedServer, startPeer } from "./scripted-peer.test.util.ts";
import { readUrl } from "./url.ts";

/** A clock whose timers fire when the test says so. */
class HandClock implements Clock {
  readonly timers: { readonly callback: () => void; readonly ms: number }[] = [];

  readonly resolution = 1;
  #wake: () => void = () => {};

  /** The timer of this delay, once it is set. */
  async timerOf(ms: number): Promise<{ readonly callback: () => void; readonly ms: number }> {
    for (;;) {
      const timer = this.timers.find((candidate) => candidate.ms === ms);
      if (timer !== undefined) return timer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  now(): number {
    return 0;
  }

  setTimer(callback: () => void, ms: number): Timer {
    const timer = { callback, ms };
    this.timers.push(timer);
    this.#wake();
    return {
      cancel: () => {
        const at = this.timers.indexOf(timer);
        if (at >= 0) this.timers.splice(at, 1);
      },
    };
  }
}

interface Attempt {
  readonly signal: AbortSignal | undefined;
  readonly dial: Dial;
  readonly clock: HandClock;
  readonly outcome: Promise<Dialled | DialError>;
}

function attempt(context: TestContext, url: string, options: unknown = {}): Attempt {
  const clock = new HandClock();
  const { promise, resolve } = newPromise<Dialled | DialError>();
  const settle = (outcome: Dialled | DialError): void => {
    if ("stream" in outcome) context.after(() => outcome.stream.destroy());
    resolve(outcome);
  };
  const caller = { onOpen: settle, onFailure: settle };
  const settings = readSettings(options);
  return {
    dial: new Dial(readUrl(url), settings, caller, clock),
    clock,
    signal: settings.signal,
    outcome: promise,
  };
}

function newPromise<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((onDone) => {
    resolve = onDone;
  });
  return { promise, resolve };
}

function assertNothingLeft({ clock, signal }: Attempt): void {
  assert.deepEqual(clock.timers, [], "a timer is left");
  if (signal) assert.deepEqual(getEventListeners(signal, "abort"), [], "a listener is left");
}

async function failure(given: Attempt): Promise<DialError> {
  const error = await given.outcome;
  assert.ok(error instanceof Error, "the attempt did not fail");
  assertNothingLeft(given);
  return error;
}

async function opened(given: Attempt): Promise<Dialled> {
  const dialled = await given.outcome;
  if (dialled instanceof Error) throw dialled;
  assertNothingLeft(given);
  return dialled;
}

/** A server that answers every request with these bytes, and says when the client has gone. */
async function answering(context: TestContext, answer: string): Promise<ScriptedServer> {
  return startPeer(context, async (peer) => {
    await peer.request();
    peer.write(answer);
    await peer.ended;
  });
}

test("the request is an opening handshake with the user's headers", async (context) => {
  const received = newPromise<string>();
  const server = await startPeer(context, async (peer) =>
    received.resolve(await peer.accept("Sec-WebSocket-Protocol: b")),
  );
  const url = server.url.replace("ws://", "ws://us%20er:p%3Aw@");
  const headers = { Cookie: ["a=1", "b=2"], "X-One": "1" };
  const dialled = await opened(
    attempt(context, `${url}a%20b/?c=d`, { protocols: ["a", "b"], headers }),
  );
  const request = await received.promise;
  assert.match(request, /^GET \/a%20b\/\?c=d HTTP\/1\.1\r\n/);
  assert.match(request, new RegExp(`^host: 127\\.0\\.0\\.1:${server.port}\r$`, "im"));
  assert.match(request, /^upgrade: websocket\r$/im);
  assert.match(request, /^connection: upgrade\r$/im);
  assert.match(request, /^sec-websocket-version: 13\r$/im);
  assert.match(request, /^sec-websocket-key: [A-Za-z0-9+/]{22}==\r$/im);
  assert.match(request, /^sec-websocket-protocol: a, b\r$/im);
  assert.match(request, /^x-one: 1\r$/im);
  assert.match(request, /^cookie: a=1(; |\r\ncookie: )b=2\r$/im);
  assert.ok(request.includes(`Basic ${Buffer.from("us er:p:w").toString("base64")}`));
  assert.equal(dialled.protocol, "b");
  assert.equal(dialled.extensions, "");
});

test("an attempt offers the compression that is wished, and knows what was agreed on", async (context) => {
  const received = newPromise<string>();
  const answer = "permessage-deflate; server_no_context_takeover; client_max_window_bits=9";
  const server = await startPeer(context, async (peer) =>
    received.resolve(await peer.accept(`Sec-WebSocket-Extensions: ${answer}`)),
  );
  const perMessageDeflate = { serverNoContextTakeover: true, clientMaxWindowBits: 10 };
  const dialled = await opened(attempt(context, server.url, { perMessageDeflate }));
  const offer = "server_no_context_takeover; client_max_window_bits=10";
  assert.match(
    await received.promise,
    new RegExp(`^sec-websocket-extensions: permessage-deflate; ${offer}\r$`, "im"),
  );
  assert.equal(dialled.extensions, answer);
  assert.ok(dialled.codec !== undefined);
});

test("an attempt without compression offers none, takes none, and refuses one", async (context) => {
  const received = newPromise<string>();
  const plain = await startPeer(context, async (peer) => received.resolve(await peer.accept()));
  const dialled = await opened(attempt(context, plain.url, { perMessageDeflate: false }));
  assert.doesNotMatch(await received.promise, /^sec-websocket-extensions/im);
  assert.deepEqual([dialled.extensions, dialled.codec], ["", undefined]);
  const forward = await startPeer(context, async (peer) => {
    await peer.accept("Sec-WebSocket-Extensions: permessage-deflate");
    await peer.ended;
  });
  const error = await failure(attempt(context, forward.url, { perMessageDeflate: false }));
  assert.match(error.message, /names an extension that was not offered/);
});

test("the user's Host and Authorization win over the URL's", async (context) => {
  const received = newPromise<string>();
  const server = await startPeer(context, async (peer) => received.resolve(await peer.accept()));
  const headers = { host: "example.com", authorization: "Bearer x" };
  await opened(attempt(context, server.url.replace("ws://", "ws://a:b@"), { headers }));
  const request = await received.promise;
  assert.deepEqual(request.match(/^host: .*$/gim), ["host: example.com"]);
  assert.deepEqual(request.match(/^authorization: .*$/gim), ["authorization: Bearer x"]);
});

test("bytes behind the answer are handed over", async (context) => {
  const server = await startPeer(context, async (peer) => {
    const request = await peer.request();
    const lines = ["HTTP/1.1 101 Fine", "Upgrade: WebSocket", "Connection: keep-alive, Upgrade"];
    peer.write(`${lines.join("\r\n")}\r\nSec-WebSocket-Accept: ${acceptOf(request)}\r\n\r\nbytes`);
  });
  const { head } = await opened(attempt(context, server.url));
  assert.equal(Buffer.from(head).toString(), "bytes");
});

const badAnswers: readonly (readonly [string, string, Partial<DialError>, RegExp])[] = [
  [
    "404",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    { code: "status", status: 404 },
    /answered 404 Not Found$/,
  ],
  [
    "200 and a body",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    { code: "status", status: 200 },
    /answered 200 OK$/,
  ],
  [
    "a redirect",
    "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    { code: "status", status: 302 },
    /302 Found; redirects are not followed$/,
  ],
  [
    "a wrong accept",
    "HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
    { code: "handshake", status: 101 },
    /Sec-WebSocket-Accept/,
  ],
  [
    "another upgrade",
    "HTTP/1.1 101 Fine\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    { code: "handshake", status: 101 },
    /Upgrade/,
  ],
  [
    "a 101 without its headers",
    "HTTP/1.1 101 Fine\r\n\r\n",
    { code: "handshake", status: 101 },
    /Upgrade header/,
  ],
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", { code: "handshake", status: undefined }, /not HTTP/],
];

for (const [name, answer, details, message] of badAnswers) {
  test(`${name} fails the attempt, and ends its connection`, async (context) => {
    const server = await answering(context, answer);
    const error = await failure(attempt(context, server.url));
    assert.equal(error.code, details.code);
    assert.equal(error.status, details.status);
    assert.match(error.message, message);
    await server.done;
    assert.equal(server.count(), 1);
  });
}

test("the answer that refuses is on the error: status, headers, body", async (context) => {
  const lines = ["Retry-After: 7", "Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Length: 8"];
  const answer = `HTTP/1.1 503 Busy\r\n${lines.join("\r\n")}\r\n\r\nfull €`;
  const server = await answering(context, answer);
  const error = await failure(attempt(context, server.url));
  assert.equal(error.status, 503);
  assert.equal(error.headers?.get("retry-after"), "7");
  assert.deepEqual(error.headers?.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(error.body, "full €");
});

test("an answer without a body has an empty one, a 101 that is wrong has headers and none", async (context) => {
  const empty = await answering(context, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  assert.equal((await failure(attempt(context, empty.url))).body, "");
  const wrong = await answering(
    context,
    "HTTP/1.1 101 Fine\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
  );
  const error = await failure(attempt(context, wrong.url));
  assert.equal(error.headers?.get("upgrade"), "h2c");
  assert.equal(error.body, undefined);
});

test("a refused connection has neither status nor headers nor body", async (context) => {
  const { status, headers, body } = await failure(attempt(context, "ws://127.0.0.1:1/"));
  assert.deepEqual([status, headers, body], [undefined, undefined, undefined]);
});

const startOfAnswer = "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

test("a body that never ends is read for a second, then the attempt fails with its beginning", async (context) => {
  const server = await answering(context, startOfAnswer);
  const given = attempt(context, server.url);
  const { ms, callback } = await given.clock.timerOf(1_000);
  assert.equal(ms, 1_000);
  assert.equal(given.clock.timers.length, 1, "the handshake's timer is replaced");
  callback();
  const error = await failure(given);
  assert.deepEqual([error.code, error.status], ["status", 500]);
  await server.done;
});

test("a body that is too long is cut at 16 KiB, and its connection ended", async (context) => {
  const server = await answering(context, `HTTP/1.1 500 No\r\n\r\n${"x".repeat(100_000)}`);
  const error = await failure(attempt(context, server.url));
  assert.equal(error.body?.length, 16_384);
  await server.done;
});

for (const [how, end] of [
  ["is cut", (peer: Peer) => peer.socket.end()],
  ["is reset", (peer: Peer) => peer.socket.resetAndDestroy()],
] as const) {
  test(`a body that ${how} in its middle is a refusal all the same`, async (context) => {
    const server = await startPeer(context, async (peer) => {
      await peer.request();
      peer.write(startOfAnswer);
      await given.clock.timerOf(1_000);
      end(peer);
    });
    const given = attempt(context, server.url);
    const error = await failure(given);
    assert.deepEqual([error.code, error.status], ["status", 500]);
  });
}

test("an attempt cancelled while a body is read fails as aborted", async (context) => {
  const server = await answering(context, startOfAnswer);
  const given = attempt(context, server.url);
  await given.clock.timerOf(1_000);
  given.dial.cancel("the test said so");
  assert.equal((await failure(given)).code, "aborted");
});

for (const [name, offered, answered] of [
  ["a subprotocol that was not asked for", ["a"], "Sec-WebSocket-Protocol: b"],
  ["a subprotocol where none was asked for", [], "Sec-WebSocket-Protocol: b"],
  ["no subprotocol where one was asked for", ["a"], "X-Nothing: 1"],
  ["an extension that was not offered", [], "Sec-WebSocket-Extensions: x-other"],
  [
    "an answer to permessage-deflate that breaks its rules",
    [],
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  ],
  [
    "permessage-deflate in use twice",
    [],
    "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate",
  ],
] as const) {
  test(`${name} fails the attempt`, async (context) => {
    const server = await startPeer(context, async (peer) => {
      await peer.accept(answered);
      await peer.ended;
    });
    const error = await failure(attempt(context, server.url, { protocols: offered }));
    assert.equal(error.code, "handshake");
    await server.done;
  });
}

test("a refused connection says so, with the platform's error as its cause", async (context) => {
  // Port 1 of the loopback: nothing listens there.
  const error = await failure(attempt(context, "ws://127.0.0.1:1/echo?token=secret"));
  assert.equal(error.code, "connect");
  assert.match(error.message, /ws:\/\/127\.0\.0\.1:1\/echo: the connection was refused/);
  assert.doesNotMatch(error.message, /secret/);
  assert.ok(error.cause instanceof Error);
});

test("a connection that ends without an answer says so", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    peer.socket.end();
  });
  const error = await failure(attempt(context, server.url));
  assert.equal(error.code, "dropped");
});

test("a server that does not speak TLS is named as the likely mistake", async (context) => {
  const server = await startPeer(context, async (peer) => {
    peer.socket.once("data", () => peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await peer.ended;
  });
  const error = await failure(attempt(context, server.url.replace("ws:", "wss:")));
  assert.equal(error.code, "tls");
  assert.match(error.message, /ws: rather than wss:/);
});

/** A TLS server that answers the opening handshake; the URL names it by address. */
async function startTls(context: TestContext): Promise<string> {
  const server = createTlsServer({ key, cert }, async (socket) => {
    context.after(() => socket.destroy());
    await new Peer(socket).accept();
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `wss://127.0.0.1:${address.port}/`;
}

test("a certificate that a private authority signed is accepted with its ca", async (context) => {
  const { stream } = await opened(attempt(context, await startTls(context), { tls: { ca: cert } }));
  assert.ok(stream instanceof TLSSocket && stream.authorized);
});

test("a certificate that nobody known signed is not accepted", async (context) => {
  const error = await failure(attempt(context, await startTls(context)));
  assert.equal(error.code, "tls");
  assert.match(error.message, /certificate.*tls: \{ ca \}/);
});

test("a server that never answers is given up after handshakeTimeout", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    for (const { callback } of given.clock.timers.splice(0)) callback();
    await peer.ended;
  });
  const given = attempt(context, server.url, { handshakeTimeout: 1234 });
  assert.equal(given.clock.timers[0]?.ms, 1234);
  const error = await failure(given);
  assert.equal(error.code, "timeout");
  assert.match(error.message, /1234 ms/);
  await server.done;
});

test("a handshakeTimeout of 0 sets no timer", async (context) => {
  const server = await startPeer(context, (peer) => peer.accept());
  const given = attempt(context, server.url, { handshakeTimeout: 0 });
  assert.deepEqual(given.clock.timers, []);
  await opened(given);
});

test("an aborted signal ends the attempt with its reason as the cause", async (context) => {
  const controller = new AbortController();
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    controller.abort("enough");
    await peer.ended;
  });
  const error = await failure(attempt(context, server.url, { signal: controller.signal }));
  assert.equal(error.code, "aborted");
  assert.equal(error.cause, "enough");
  await server.done;
});

test("a signal that was aborted before fails the attempt, but not inside the call", async (context) => {
  const server = await startPeer(context, async () => {});
  let isInside = true;
  const given = attempt(context, server.url, { signal: AbortSignal.abort() });
  const outcome = given.outcome.then(() => assert.equal(isInside, false));
  isInside = false;
  assert.equal((await failure(given)).code, "aborted");
  await outcome;
});

test("a signal aborted after the handshake does nothing", async (context) => {
  const controller = new AbortController();
  const server = await startPeer(context, (peer) => peer.accept());
  const dialled = await opened(attempt(context, server.url, { signal: controller.signal }));
  controller.abort();
  assert.equal(dialled.stream.destroyed, false);
});

test("a cancelled attempt fails once, and leaves no connection", async (context) => {
  const server = await startPeer(context, async (peer) => {
    await peer.request();
    given.dial.cancel("the test said so");
    given.dial.cancel("once more");
    await peer.ended;
  });
  const given = attempt(context, server.url);
  const error = await failure(given);
  assert.equal(error.code, "aborted");
  assert.match(error.message, /the test said so/);
  await server.done;
});

test("what is wrong in tls throws at the call", (context) => {
  assert.throws(() => attempt(context, "wss://127.0.0.1:1/", { tls: { ca: 7 } }), TypeError);
});

// ---- one at a time to an address and port

/** A server that answers nobody before the test says so, and counts who asks at a time. */
async function startQueue(context: TestContext): Promise<{
  readonly server: ScriptedServer;
  readonly asked: Peer[];
  readonly next: () => Promise<Peer>;
}> {
  const asked: Peer[] = [];
  let wake: () => void = () => {};
  const server = await startPeer(context, async (peer) => {
    asked.push(peer);
    wake();
    await peer.ended;
  });
  let seen = 0;
  const next = async (): Promise<Peer> => {
    while (asked.length <= seen) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return asked[seen++] as Peer;
  };
  return { server, asked, next };
}

for (const host of ["127.0.0.1", "localhost"]) {
  test(`attempts to one address and port follow each other (${host})`, async (context) => {
    const { server, asked, next } = await startQueue(context);
    const url = server.url.replace("127.0.0.1", host);
    // Lookups of a name may end in any order.
    const waiting = new Map(
      [1, 2, 3].map((at) => [at, opened(attempt(context, url)).then(() => at)] as const),
    );
    while (waiting.size > 0) {
      const peer = await next();
      assert.equal(asked.at(-1), peer, "nobody else is connecting");
      await peer.accept();
      waiting.delete(await Promise.race(waiting.values()));
    }
    assert.equal(server.count(), 3);
  });
}

test("a name and its address share a line", async (context) => {
  const { server, asked, next } = await startQueue(context);
  const lookup = (
    _host: string,
    options: { all?: boolean },
    callback: (...found: unknown[]) => void,
  ): void => {
    if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
    else callback(null, "127.0.0.1", 4);
  };
  const first = attempt(context, server.url);
  // A lookup of the test's own: which address a machine's names have is its own affair.
  const second = attempt(context, server.url.replace("127.0.0.1", "a.test"), { tls: { lookup } });
  const peer = await next();
  assert.equal(asked.length, 1);
  await peer.accept();
  await opened(first);
  await (await next()).accept();
  await opened(second);
});

test("an attempt that fails lets the next one begin", async (context) => {
  const { server, next } = await startQueue(context);
  const [first, second] = [attempt(context, server.url), attempt(context, server.url)];
  const peer = await next();
  peer.write("no HTTP\r\n\r\n");
  await failure(first);
  await (await next()).accept();
  await opened(second);
});

test("one server that never answers holds up nobody at another port", async (context) => {
  const silent = await startQueue(context);
  const held = attempt(context, silent.server.url);
  await silent.next();
  for (let count = 0; count < 10; count++) {
    const server = await startPeer(context, (peer) => peer.accept());
    await opened(attempt(context, server.url));
  }
  held.dial.cancel("the test is over");
  await failure(held);
});

test("a handshake that is never answered holds up ten others for its timeout, and then they go", async (context) => {
  const { server, asked, next } = await startQueue(context);
  const first = attempt(context, server.url, { handshakeTimeout: 1234 });
  const others = Array.from({ length: 10 }, () => attempt(context, server.url));
  await next();
  first.clock.timers[0]?.callback();
  assert.equal((await failure(first)).code, "timeout");
  for (const given of others) {
    const peer = await next();
    assert.equal(asked.at(-1), peer);
    await peer.accept();
    await opened(given);
  }
});

test("who has waited for handshakeTimeout goes without a turn, and its time begins anew", async (context) => {
  const { server, asked, next } = await startQueue(context);
  const held = attempt(context, server.url);
  const waiting = attempt(context, server.url, { handshakeTimeout: 1234 });
  await next();
  waiting.clock.timers[0]?.callback();
  assert.equal(waiting.clock.timers.at(-1)?.ms, 1234);
  const peer = await next();
  assert.equal(asked.length, 2);
  await peer.accept();
  await opened(waiting);
  held.dial.cancel("the test is over");
  await failure(held);
});

test("serializeHandshakes: false goes at once, and stands in nobody's way", async (context) => {
  const { server, next } = await startQueue(context);
  const first = attempt(context, server.url);
  const second = attempt(context, server.url, { serializeHandshakes: false });
  const peers = [await next(), await next()];
  for (const peer of peers) await peer.accept();
  await opened(first);
  await opened(second);
});

test("an attempt cancelled in the line never connects", async (context) => {
  const { server, asked, next } = await startQueue(context);
  const [first, second, third] = [1, 2, 3].map(() => attempt(context, server.url));
  assert.ok(first && second && third);
  const peer = await next();
  second.dial.cancel("the test said so");
  assert.equal((await failure(second)).code, "aborted");
  await peer.accept();
  await opened(first);
  await (await next()).accept();
  await opened(third);
  assert.equal(asked.length, 2);
});

test("what is wrong in tls throws at the call although it must wait", async (context) => {
  const { server, next } = await startQueue(context);
  const url = server.url.replace("ws:", "wss:");
  const first = attempt(context, url);
  await next();
  assert.throws(() => attempt(context, url, { tls: { ca: 7 } }), TypeError);
  first.dial.cancel("the test is over");
  await failure(first);
});
