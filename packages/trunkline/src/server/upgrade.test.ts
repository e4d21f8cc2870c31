import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnyHandler } from "./handler.ts";
import { makeRequest } from "./memory-stream.test.util.ts";
import { compileOrigins } from "./origin.ts";
import { handshakeHeaders, MemoryLog } from "./raw-peer.test.util.ts";
import type { Refusal } from "./refusal.ts";
import { compileAll, type Route } from "./route.ts";
import { readSettings } from "./settings.ts";
import { accept, type Candidate, examine } from "./upgrade.ts";
import { NodeRequest } from "./upgrade-request.ts";

const from = { path: "/a", query: "", host: "localhost:9998", secure: false, remoteAddress: "::1" };

function makeRoute(handler: AnyHandler = { open() {} }): Route {
  const match = compileAll(
    { "/a": handler },
    compileOrigins(undefined),
    readSettings({ routes: {} }),
  ).match("/a");
  assert.ok(match);
  return match.handler;
}

function ask(
  headers: Readonly<Record<string, string | undefined>> = {},
  { route = makeRoute(), log = new MemoryLog(), method = "GET", httpVersion = "1.1" } = {},
): Candidate | Refusal {
  const all = { Host: "localhost:9998", ...handshakeHeaders, ...headers };
  const fields = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return examine(
    new NodeRequest(makeRequest("/a", fields, { method, httpVersion })),
    route,
    { id: "1" },
    from,
    log,
  );
}

function refusalOf(answer: Candidate | Refusal): Refusal {
  assert.ok("status" in answer, "it was refused");
  return answer;
}

function candidateOf(answer: Candidate | Refusal): Candidate {
  assert.ok("request" in answer, "it was not refused");
  return answer;
}

describe("a handshake", () => {
  it("that is in order becomes a candidate", () => {
    const { request } = candidateOf(ask({ "Sec-WebSocket-Protocol": "a, b" }));
    assert.deepEqual(request.params, { id: "1" });
    assert.deepEqual(request.protocols, ["a", "b"]);
  });

  it("may keep its connection alive, and name its tokens in any case", () => {
    candidateOf(ask({ Connection: "keep-alive, Upgrade", Upgrade: "WebSocket" }));
    candidateOf(ask({ Connection: "keep-alive, upgrade", "Content-Length": "0" }));
  });

  const faults: readonly (readonly [string, object, number, RegExp])[] = [
    ["another version", { "Sec-WebSocket-Version": "8" }, 426, /another version than 13/],
    ["no version", { "Sec-WebSocket-Version": undefined }, 400, /Version header is missing/],
    ["no key", { "Sec-WebSocket-Key": undefined }, 400, /Key header is missing/],
    ["a bad key", { "Sec-WebSocket-Key": "short" }, 400, /Key header is not one value of 16 bytes/],
    ["no Host", { Host: undefined }, 400, /Host header is missing/],
    ["no Connection", { Connection: undefined }, 400, /Connection header is missing/],
    ["bad grammar", { "Sec-WebSocket-Protocol": "a,,b c" }, 400, /Protocol header is not a list/],
    ["bad extensions", { "Sec-WebSocket-Extensions": 'a; b="' }, 400, /not a list of extensions/],
    ["a body", { "Content-Length": "5" }, 400, /has no body/],
    ["a chunked body", { "Transfer-Encoding": "chunked" }, 400, /has no body/],
  ];
  for (const [what, headers, status, reason] of faults) {
    it(`with ${what} is refused with ${status} and the reason`, () => {
      const refusal = refusalOf(ask(headers as Record<string, string>));
      assert.equal(refusal.status, status);
      assert.match(refusal.reason, reason);
    });
  }

  it("of another version is told which one is spoken here", () => {
    const { headers } = refusalOf(ask({ "Sec-WebSocket-Version": "8" }));
    assert.deepEqual(headers, [
      ["Upgrade", "websocket"],
      ["Sec-WebSocket-Version", "13"],
    ]);
  });

  it("by another method or HTTP/1.0 is refused with 400", () => {
    assert.match(refusalOf(ask({}, { method: "POST" })).reason, /method is not GET/);
    assert.match(refusalOf(ask({}, { httpVersion: "1.0" })).reason, /not HTTP\/1\.1/);
  });

  it("with two Hosts is refused with 400, as node:http would show the first of them alone", () => {
    const fields = Object.entries({ Host: "localhost:9998", HOST: "evil.example" });
    const request = makeRequest("/a", [...fields, ...Object.entries(handshakeHeaders)]);
    const refusal = refusalOf(examine(new NodeRequest(request), makeRoute(), {}, from, {}));
    assert.equal(refusal.status, 400);
    assert.match(refusal.reason, /more than one Host/);
  });

  it("whose headers were cut off is refused, not failed at", () => {
    assert.equal(
      refusalOf(examine(new NodeRequest(makeRequest("/a", [])), makeRoute(), {}, from, {})).status,
      400,
    );
  });
});

describe("a foreign origin", () => {
  it("is refused, and the log line names Origin, Host and both ways to allow it", () => {
    const log = new MemoryLog();
    const refusal = refusalOf(ask({ Origin: "https://evil.example" }, { log }));
    assert.equal(refusal.status, 403);
    assert.equal(refusal.reason.includes("evil"), false);
    assert.deepEqual(log.lines, [
      'warn refused /a: Origin "https://evil.example" is not that of Host "localhost:9998". ' +
        'To allow it, give the handler `origins: ["https://evil.example"]` ' +
        "or the server `origins` (`--origins` on the command line).",
    ]);
  });

  it("cannot write into the terminal that shows the log", () => {
    const log = new MemoryLog();
    ask({ Origin: "x\u009b2J" }, { log });
    assert.match(log.lines[0], /"x\\u\{9b\}2J"/);
  });

  it("is let in where the handler allows it", () => {
    const route = makeRoute({ open() {}, origins: ["https://friend.example"] });
    candidateOf(ask({ Origin: "https://friend.example" }, { route }));
    candidateOf(ask({ Origin: "null" }, { route: makeRoute({ open() {}, origins: "any" }) }));
  });
});

describe("an acceptance", () => {
  const offered = { "Sec-WebSocket-Protocol": "b, a" };

  it("is written with the key's answer", () => {
    const { response, opened } = accept(candidateOf(ask()), undefined, {});
    assert.match(response, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    assert.match(response, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
    assert.equal(opened.protocol, "");
    assert.equal(opened.data, undefined);
  });

  it("selects the first of the handler's protocols that is offered", () => {
    const route = makeRoute({ open() {}, protocols: ["c", "a", "b"] });
    const { response, opened } = accept(candidateOf(ask(offered, { route })), {}, {});
    assert.equal(opened.protocol, "a");
    assert.match(response, /\r\nSec-WebSocket-Protocol: a\r\n/);
  });

  it("takes protocol, headers and data from upgrade", () => {
    const answer = {
      protocol: "b",
      headers: [
        ["X-A", "1"],
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ],
      data: 5,
    };
    const { response, opened } = accept(candidateOf(ask(offered)), answer, {});
    assert.match(response, /\r\nSec-WebSocket-Protocol: b\r\n/);
    assert.match(response, /\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-a: 1\r\n\r\n$/);
    assert.equal(opened.data, 5);
  });

  it("takes an object without a prototype", () => {
    const answer: unknown = Object.assign(Object.create(null), { data: 1 });
    assert.equal(accept(candidateOf(ask()), answer, {}).opened.data, 1);
  });

  it("says once, and with the fix, that no subprotocol is selected", () => {
    const log = new MemoryLog();
    const route = makeRoute();
    accept(candidateOf(ask(offered, { route })), {}, log);
    accept(candidateOf(ask(offered, { route })), {}, log);
    assert.equal(log.lines.length, 1);
    assert.match(
      log.lines[0],
      /^warn \/a: a client asked for the subprotocols b, a, and none is selected/,
    );
    assert.match(log.lines[0], /give the handler `protocols: \["b"\]`/);
  });

  const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
    ["false", false, /must return undefined, .* or a Response, not false/],
    ["null", null, /not null/],
    ["true", true, /not true/],
    ["a string", "ok", /not "ok"/],
    ["an array", [], /not an array/],
    ["a Map", new Map(), /not an object/],
    [
      "an unknown name",
      { user: 1 },
      /an object with "user"; it may have protocol, perMessageDeflate, headers, data/,
    ],
    ["another's status", { status: 401 }, /"status"/],
    ["a protocol that was not offered", { protocol: "z" }, /chose the subprotocol "z"/],
    ["a protocol that is no string", { protocol: 5 }, /chose the subprotocol 5/],
    ["a header that splits the response", { headers: { "X-A": "1\r\nSet-Cookie: b" } }, /invalid/i],
    ["a header name that does", { headers: { "X-A\r\nB": "1" } }, /invalid/i],
    [
      "a header of the handshake's own",
      { headers: { Upgrade: "h2c" } },
      /"upgrade" cannot be set/i,
    ],
    ["an extension", { headers: { "Sec-WebSocket-Extensions": "x" } }, /cannot be set/],
  ];
  for (const [what, answer, message] of mistakes) {
    it(`is a mistake, and not given, for ${what}`, () => {
      assert.throws(() => accept(candidateOf(ask(offered)), answer, {}), {
        name: "TypeError",
        message,
      });
    });
  }
});

describe("an upgrade with permessage-deflate", () => {
  const offers = (
    value: string,
    handler?: AnyHandler,
    answer?: object,
  ): ReturnType<typeof accept> => {
    const headers = { "Sec-WebSocket-Extensions": value };
    const candidate = candidateOf(
      ask(headers, { route: makeRoute({ open() {}, ...handler } as AnyHandler) }),
    );
    return accept(candidate, answer, {});
  };

  it("answers the first offer that it can keep, and tells the socket", () => {
    const { response, opened } = offers(
      "permessage-deflate; x, permessage-deflate; server_max_window_bits=10",
    );
    const answer =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10";
    assert.match(response, new RegExp(`\\r\\nSec-WebSocket-Extensions: ${answer}\\r\\n`));
    assert.equal(opened.extensions, answer);
    assert.ok(opened.codec !== undefined);
  });

  it("answers with the handler's own wishes", () => {
    const perMessageDeflate = {
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      clientMaxWindowBits: 9,
    };
    const handler = { open() {}, perMessageDeflate };
    const { opened } = offers("permessage-deflate; client_max_window_bits", handler);
    assert.equal(opened.extensions, "permessage-deflate; client_max_window_bits=9");
  });

  for (const [what, value, handler, answer] of [
    ["nothing that it knows is offered", "x-other; a=1", { open() {} }],
    ["no offer can be kept", "permessage-deflate; server_max_window_bits", { open() {} }],
    ["the handler refuses it", "permessage-deflate", { open() {}, perMessageDeflate: false }],
    ["upgrade() refuses it", "permessage-deflate", { open() {} }, { perMessageDeflate: false }],
  ] as const) {
    it(`does without when ${what}`, () => {
      const { response, opened } = offers(value, handler, answer);
      assert.doesNotMatch(response, /Sec-WebSocket-Extensions/i);
      assert.deepEqual([opened.extensions, opened.codec], ["", undefined]);
    });
  }
});
