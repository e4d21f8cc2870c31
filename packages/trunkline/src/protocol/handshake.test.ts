import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  acceptFor,
  checkRequest,
  checkResponse,
  type ExpectedResponse,
  formatResponse,
  type HeaderPair,
  isSubprotocol,
  newKey,
  type RequestHead,
  type ResponseHead,
  requestHeaders,
  selectProtocol,
} from "./handshake.ts";
import type { Extension } from "./headers.ts";
import type { Runtime } from "./runtime.ts";

fc.configureGlobal({ seed: 6455 });

/** The example of RFC 6455, section 1.3. */
const key = "dGhlIHNhbXBsZSBub25jZQ==";
const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

function unused(): never {
  throw new Error("not part of a handshake");
}

function runtimeWith(nonce: Uint8Array): Runtime {
  return {
    sha1Base64: (text) => createHash("sha1").update(text).digest("base64"),
    fillRandom: (bytes) => bytes.set(nonce),
    allocate: (size) => new Uint8Array(size).fill(0xff),
    isUtf8: unused,
    decodeUtf8: unused,
    unmaskText: unused,
    unmaskCopy: unused,
    utf8Length: unused,
    writeUtf8: unused,
    mask: unused,
    borrow: unused,
    giveBack: unused,
  };
}
const runtime = runtimeWith(new Uint8Array(16));

type Headers = Readonly<Record<string, string | undefined>>;

const goodRequest: Headers = {
  host: "localhost:9998",
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-key": key,
  "sec-websocket-version": "13",
};

function requestWith(headers: Headers, line: Partial<RequestHead> = {}): RequestHead {
  const all = new Map(Object.entries({ ...goodRequest, ...headers }));
  return { method: "GET", httpVersion: "1.1", header: (name) => all.get(name), ...line };
}

test("a request with all that section 4.2.1 asks for is accepted", () => {
  assert.deepEqual(checkRequest(requestWith({})), {
    ok: true,
    key,
    version: 13,
    protocols: [],
    extensions: [],
  });
});

test("what a browser sends is accepted, with its offers in order", () => {
  const check = checkRequest(
    requestWith({
      upgrade: "WebSocket",
      connection: "keep-alive, Upgrade",
      "sec-websocket-protocol": "chat, superchat",
      "sec-websocket-extensions": "permessage-deflate; client_max_window_bits, x",
    }),
  );
  assert.ok(check.ok);
  assert.deepEqual(check.protocols, ["chat", "superchat"]);
  assert.deepEqual(check.extensions, [
    { name: "permessage-deflate", parameters: [["client_max_window_bits", true]] },
    { name: "x", parameters: [] },
  ]);
});

const accepted: ReadonlyArray<readonly [what: string, headers: Headers]> = [
  ["Upgrade with another protocol beside", { upgrade: "h2c/2.0, WebSocket" }],
  ["Connection in other case", { connection: "UPGRADE" }],
  ["Connection with empty elements", { connection: ", keep-alive,, upgrade," }],
  ["a key of other characters", { "sec-websocket-key": "+/AZaz09+/AZaz09+/AZaA==" }],
  ["a key whose spare bits are set", { "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAB==" }],
];

for (const [what, headers] of accepted) {
  test(`accepted: ${what}`, () => {
    assert.equal(checkRequest(requestWith(headers)).ok, true);
  });
}

const refused: ReadonlyArray<
  readonly [what: string, request: RequestHead, status: number, reason: RegExp]
> = [
  ["POST", requestWith({}, { method: "POST" }), 400, /method/],
  ["the method in lower case", requestWith({}, { method: "get" }), 400, /method/],
  ["no method", requestWith({}, { method: undefined }), 400, /method/],
  ["HTTP/1.0", requestWith({}, { httpVersion: "1.0" }), 400, /HTTP\/1\.1/],
  ["HTTP/2", requestWith({}, { httpVersion: "2.0" }), 400, /HTTP\/1\.1/],
  ["no Host", requestWith({ host: undefined }), 400, /Host/],
  ["an empty Host", requestWith({ host: "" }), 400, /Host/],
  ["no Upgrade", requestWith({ upgrade: undefined }), 400, /Upgrade header is missing/],
  ["another Upgrade", requestWith({ upgrade: "h2c" }), 400, /Upgrade header/],
  ["Upgrade with a version", requestWith({ upgrade: "websocket/13" }), 400, /Upgrade header/],
  ["Upgrade that is no list", requestWith({ upgrade: "websocket websocket" }), 400, /Upgrade/],
  ["Upgrade with a Kelvin sign", requestWith({ upgrade: "websoc\u212aet" }), 400, /Upgrade/],
  ["no Connection", requestWith({ connection: undefined }), 400, /Connection header is missing/],
  ["another Connection", requestWith({ connection: "keep-alive" }), 400, /Connection/],
  ["Connection with a longer token", requestWith({ connection: "upgrades" }), 400, /Connection/],
  ["Connection that is no list", requestWith({ connection: "a b, upgrade" }), 400, /Connection/],
  ["no key", requestWith({ "sec-websocket-key": undefined }), 400, /Sec-WebSocket-Key.*missing/],
  ["an empty key", requestWith({ "sec-websocket-key": "" }), 400, /Sec-WebSocket-Key/],
  [
    "a key of 13 bytes",
    requestWith({ "sec-websocket-key": "SGVsbG8sIHdvcmxkIQ==" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "a key of 17 bytes",
    requestWith({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQA=" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "a key of 18 bytes",
    requestWith({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQAA" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "a key without padding",
    requestWith({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "a key in the alphabet of URLs",
    requestWith({ "sec-websocket-key": "-_hlIHNhbXBsZSBub25jZQ==" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "padding inside a key",
    requestWith({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25j====" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "a key sent twice",
    requestWith({ "sec-websocket-key": `${key}, ${key}` }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "the keys of hixie-76",
    requestWith({ "sec-websocket-key": undefined, "sec-websocket-key1": "18x 6]8vM;54 *(5:  {" }),
    400,
    /Sec-WebSocket-Key/,
  ],
  [
    "no version",
    requestWith({ "sec-websocket-version": undefined }),
    400,
    /Sec-WebSocket-Version.*missing/,
  ],
  ...[
    "",
    "13, 13",
    "13.0",
    "+13",
    "013",
    "00",
    "256",
    "1000",
    "0x0d",
    "thirteen",
    "\u0661\u0663",
  ].map(
    (version) =>
      [
        `version ${JSON.stringify(version)}`,
        requestWith({ "sec-websocket-version": version }),
        400,
        /Sec-WebSocket-Version/,
      ] as const,
  ),
  ...["0", "7", "8", "12", "14", "255"].map(
    (version) =>
      [
        `version ${version}`,
        requestWith({ "sec-websocket-version": version }),
        426,
        /Sec-WebSocket-Version.*13/,
      ] as const,
  ),
  ...["", ",", "a b", 'a, "b"', "a;b", "ch\u00e4t", "a\0"].map(
    (protocol) =>
      [
        `subprotocols ${JSON.stringify(protocol)}`,
        requestWith({ "sec-websocket-protocol": protocol }),
        400,
        /Sec-WebSocket-Protocol/,
      ] as const,
  ),
  [
    "a subprotocol offered twice",
    requestWith({ "sec-websocket-protocol": "a, b, a" }),
    400,
    /Sec-WebSocket-Protocol.*twice/,
  ],
  ...["", ",", "a;", "a=b", 'a; b="', 'a; b="c d"'].map(
    (extensions) =>
      [
        `extensions ${JSON.stringify(extensions)}`,
        requestWith({ "sec-websocket-extensions": extensions }),
        400,
        /Sec-WebSocket-Extensions/,
      ] as const,
  ),
];

for (const [what, request, status, reason] of refused) {
  test(`refused with ${status}: ${what}`, () => {
    const check = checkRequest(request);
    assert.ok(!check.ok);
    assert.equal(check.status, status);
    assert.match(check.reason, reason);
    assert.match(check.reason, /^[A-Z][^.]*(\.1[^.]*)?\.$/, "is one sentence");
  });
}

test("a wrong version is told the right one, with the Upgrade header that 426 requires", () => {
  const check = checkRequest(requestWith({ "sec-websocket-version": "8" }));
  assert.ok(!check.ok);
  assert.deepEqual(check.headers, [
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
  ]);
});

test("the first rule that a request breaks is the one it is told", () => {
  const check = checkRequest(
    requestWith({ upgrade: undefined, "sec-websocket-key": "", "sec-websocket-version": "8" }),
  );
  assert.ok(!check.ok);
  assert.match(check.reason, /Upgrade/);
});

test("the reason holds nothing that the client sent", () => {
  const mark = "MARK";
  for (const name of Object.keys(goodRequest).concat("sec-websocket-protocol")) {
    const check = checkRequest(requestWith({ [name]: `"${mark}` }));
    if (!check.ok) assert.ok(!check.reason.includes(mark), check.reason);
  }
});

test("no header value makes the check throw", () => {
  const name = fc.constantFrom(
    ...Object.keys(goodRequest),
    "sec-websocket-protocol",
    "sec-websocket-extensions",
  );
  fc.assert(
    fc.property(name, fc.string({ unit: "binary" }), (header, value) => {
      assert.equal(typeof checkRequest(requestWith({ [header]: value })).ok, "boolean");
    }),
  );
});

test("the accept value of the RFC's example is the RFC's", () => {
  assert.equal(acceptFor(key, runtime), accept);
});

test("the subprotocol selected is the first of ours that is offered", () => {
  assert.equal(selectProtocol(["b", "a"], ["a", "b"]), "b");
  assert.equal(selectProtocol(["c", "a"], ["a", "b"]), "a");
  assert.equal(selectProtocol(["c"], ["a", "b"]), undefined);
  assert.equal(selectProtocol(["A"], ["a"]), undefined);
  assert.equal(selectProtocol([], ["a"]), undefined);
  assert.equal(selectProtocol(["a"], []), undefined);
});

test("the plain 101 is these lines", () => {
  assert.equal(
    formatResponse({ accept }),
    "HTTP/1.1 101 Switching Protocols\r\n" +
      "Upgrade: websocket\r\n" +
      "Connection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n` +
      "\r\n",
  );
});

test("subprotocol, extensions and the user's headers follow", () => {
  const text = formatResponse({
    accept,
    protocol: "chat",
    extensions: [
      { name: "permessage-deflate", parameters: [["server_no_context_takeover", true]] },
    ],
    headers: [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ],
  });
  assert.deepEqual(text.split("\r\n").slice(4), [
    "Sec-WebSocket-Protocol: chat",
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover",
    "Set-Cookie: a=1",
    "Set-Cookie: b=2",
    "",
    "",
  ]);
});

test("neither an empty subprotocol nor an empty list of extensions makes a header", () => {
  assert.equal(
    formatResponse({ accept, protocol: "", extensions: [], headers: [] }),
    formatResponse({ accept }),
  );
});

const badHeaders: ReadonlyArray<readonly [pair: HeaderPair, message: RegExp]> = [
  [["Connection", "close"], /cannot be set/],
  [["upgrade", "h2c"], /cannot be set/],
  [["Content-Length", "0"], /cannot be set/],
  [["Transfer-Encoding", "chunked"], /cannot be set/],
  [["Sec-WebSocket-Accept", "x"], /cannot be set/],
  [["sec-websocket-extensions", "x"], /cannot be set/],
  [["SEC-WEBSOCKET-FUTURE", "x"], /cannot be set/],
  [["Sec-WebSocket-Protocol", "chat"], /give "protocol" instead/],
  [["", "x"], /not a header's name/],
  [["a b", "x"], /not a header's name/],
  [["a\r\nb", "x"], /not a header's name/],
  [["a:", "x"], /not a header's name/],
  [["X-A", "a\r\nX-B: b"], /cannot be sent/],
  [["X-A", "a\n"], /cannot be sent/],
  [["X-A", "a\0"], /cannot be sent/],
  [["X-A", "\u4f60"], /cannot be sent/],
  [["X-A", 1 as unknown as string], /cannot be sent/],
];

for (const [pair, message] of badHeaders) {
  test(`a 101 is not made with the header ${JSON.stringify(pair)}`, () => {
    assert.throws(() => formatResponse({ accept, headers: [pair] }), message);
  });
}

test("a 101 is not made with a subprotocol that is no token", () => {
  for (const protocol of ["a b", "a\r\nX: y", "a,b", "\u00e9"]) {
    assert.throws(() => formatResponse({ accept, protocol }), /cannot be a subprotocol/);
  }
});

test("a key is the base64 of the 16 bytes that the runtime drew", () => {
  assert.equal(newKey(runtimeWith(new TextEncoder().encode("the sample nonce"))), key);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
      assert.equal(newKey(runtimeWith(nonce)), Buffer.from(nonce).toString("base64"));
    }),
  );
});

test("the client's headers are those of section 4.1, in the standard's order", () => {
  assert.deepEqual(requestHeaders({ key, protocols: [], extensions: [] }), [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ]);
  const offer: Extension = { name: "x", parameters: [["y", "1"]] };
  assert.deepEqual(requestHeaders({ key, protocols: ["a", "b"], extensions: [offer] }).slice(4), [
    ["Sec-WebSocket-Protocol", "a, b"],
    ["Sec-WebSocket-Extensions", "x; y=1"],
  ]);
});

test("the client's request passes the server's check, and the server's response the client's", () => {
  const offers: readonly Extension[] = [{ name: "x", parameters: [["y", true]] }];
  const sent = requestHeaders({ key, protocols: ["a", "b"], extensions: offers });
  const headers = Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), value]));
  const check = checkRequest(requestWith(headers));
  assert.ok(check.ok);
  assert.deepEqual(check.extensions, offers);

  const lines = formatResponse({
    accept: acceptFor(check.key, runtime),
    protocol: selectProtocol(["b"], check.protocols),
    extensions: check.extensions,
  }).split("\r\n");
  const fields = lines.slice(1, -2).map((line) => line.split(": ", 2) as [string, string]);
  const response = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]));
  assert.deepEqual(
    checkResponse(
      { status: 101, header: (name) => response.get(name) },
      { accept, protocols: ["a", "b"], extensions: ["x"] },
    ),
    { ok: true, protocol: "b", extensions: offers },
  );
});

const goodResponse: Headers = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-accept": accept,
};

function responseWith(headers: Headers, status: number | undefined = 101): ResponseHead {
  const all = new Map(Object.entries({ ...goodResponse, ...headers }));
  return { status, header: (name) => all.get(name) };
}

const expected: ExpectedResponse = { accept, protocols: [], extensions: [] };
const asked: ExpectedResponse = { ...expected, protocols: ["a", "b"] };
const offering: ExpectedResponse = { ...expected, extensions: ["x", "y"] };

const opened: ReadonlyArray<
  readonly [what: string, headers: Headers, expected: ExpectedResponse, protocol: string]
> = [
  ["the plain response", {}, expected, ""],
  ["header values in other case", { upgrade: "WebSocket", connection: "UPGRADE" }, expected, ""],
  ["Connection with another option", { connection: "keep-alive, upgrade" }, expected, ""],
  ["one of the requested subprotocols", { "sec-websocket-protocol": "b" }, asked, "b"],
  ["an offered extension", { "sec-websocket-extensions": "y; z=1" }, offering, ""],
  ["both offered extensions", { "sec-websocket-extensions": "y, x" }, offering, ""],
  ["no extension although some were offered", {}, offering, ""],
];

for (const [what, headers, wanted, protocol] of opened) {
  test(`the client opens on ${what}`, () => {
    const check = checkResponse(responseWith(headers), wanted);
    assert.ok(check.ok);
    assert.equal(check.protocol, protocol);
  });
}

const failed: ReadonlyArray<
  readonly [what: string, response: ResponseHead, expected: ExpectedResponse, reason: RegExp]
> = [
  ...[100, 200, 301, 401, 426, 500].map(
    (status) =>
      [`status ${status}`, responseWith({}, status), expected, new RegExp(`${status}`)] as const,
  ),
  ["no Upgrade", responseWith({ upgrade: undefined }), expected, /Upgrade header/],
  ["another Upgrade", responseWith({ upgrade: "websockets" }), expected, /Upgrade header/],
  ["Upgrade twice", responseWith({ upgrade: "websocket, websocket" }), expected, /Upgrade header/],
  ["no Connection", responseWith({ connection: undefined }), expected, /Connection/],
  ["another Connection", responseWith({ connection: "close" }), expected, /Connection/],
  ["no accept", responseWith({ "sec-websocket-accept": undefined }), expected, /Accept.*missing/],
  ["the key as accept", responseWith({ "sec-websocket-accept": key }), expected, /Accept/],
  [
    "the accept in other case",
    responseWith({ "sec-websocket-accept": accept.toLowerCase() }),
    expected,
    /Accept/,
  ],
  [
    "the accept twice",
    responseWith({ "sec-websocket-accept": `${accept}, ${accept}` }),
    expected,
    /Accept/,
  ],
  [
    "an extension that was not offered",
    responseWith({ "sec-websocket-extensions": "x" }),
    expected,
    /not offered/,
  ],
  [
    "an extension named as a member of every object",
    responseWith({ "sec-websocket-extensions": "__proto__, constructor" }),
    offering,
    /not offered/,
  ],
  [
    "one extension twice",
    responseWith({ "sec-websocket-extensions": "x; a, x; b" }),
    offering,
    /twice/,
  ],
  [
    "malformed extensions",
    responseWith({ "sec-websocket-extensions": 'x; a="' }),
    offering,
    /not a list/,
  ],
  ["empty extensions", responseWith({ "sec-websocket-extensions": "" }), offering, /not a list/],
  [
    "a subprotocol although none was requested",
    responseWith({ "sec-websocket-protocol": "a" }),
    expected,
    /Sec-WebSocket-Protocol/,
  ],
  [
    "another subprotocol",
    responseWith({ "sec-websocket-protocol": "c" }),
    asked,
    /Sec-WebSocket-Protocol/,
  ],
  [
    "a requested subprotocol in other case",
    responseWith({ "sec-websocket-protocol": "A" }),
    asked,
    /Sec-WebSocket-Protocol/,
  ],
  [
    "two subprotocols",
    responseWith({ "sec-websocket-protocol": "a, b" }),
    asked,
    /Sec-WebSocket-Protocol/,
  ],
  [
    "an empty subprotocol",
    responseWith({ "sec-websocket-protocol": "" }),
    asked,
    /Sec-WebSocket-Protocol/,
  ],
  [
    "no subprotocol although some were requested",
    responseWith({}),
    asked,
    /Sec-WebSocket-Protocol/,
  ],
];

for (const [what, response, wanted, reason] of failed) {
  test(`the client fails the connection on ${what}`, () => {
    const check = checkResponse(response, wanted);
    assert.ok(!check.ok);
    assert.match(check.reason, reason);
  });
}

test("a subprotocol's name has no separator, no space and nothing beyond ASCII", () => {
  for (const name of ["chat", "v1.chat", "a+b", "!", "~"]) assert.ok(isSubprotocol(name), name);
  const separators = [...'()<>@,;:\\"/[]?={} \t'];
  for (const name of ["", "\x7f", "\x00", "\u00e9", ...separators]) {
    assert.equal(isSubprotocol(`${name}`), false, JSON.stringify(name));
  }
});
