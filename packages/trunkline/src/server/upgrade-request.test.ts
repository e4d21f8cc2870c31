import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeRequest } from "./memory-stream.test.util.ts";
import { NodeRequest, type Origination, UpgradeRequest } from "./upgrade-request.ts";

const from: Origination = {
  path: "/room/caf%C3%A9",
  query: "a=1&b=%20",
  host: "example.com:8080",
  secure: false,
  remoteAddress: "192.0.2.1",
};

const make = (
  fields: readonly (readonly [string, string])[] = [],
  more: Partial<Origination> = {},
): UpgradeRequest =>
  new UpgradeRequest(
    new NodeRequest(makeRequest("/", fields)),
    { ...from, ...more },
    { name: "café" },
    ["chat"],
  );

describe("the request that a handler sees", () => {
  it("has what the server found out", () => {
    const { path, params, protocols, remoteAddress } = make();
    assert.deepEqual(
      { path, params, protocols, remoteAddress },
      {
        path: "/room/caf%C3%A9",
        params: { name: "café" },
        protocols: ["chat"],
        remoteAddress: "192.0.2.1",
      },
    );
  });

  it("has the URL that the client asked for", () => {
    assert.equal(make().url.href, "ws://example.com:8080/room/caf%C3%A9?a=1&b=%20");
    assert.equal(
      make([], { secure: true, query: "" }).url.href,
      "wss://example.com:8080/room/caf%C3%A9",
    );
    assert.equal(make([], { path: "//evil.example/x", query: "" }).url.host, "example.com:8080");
  });

  it("makes the URL and the headers once, when they are asked for", () => {
    const request = make([["Cookie", "a=1"]]);
    assert.equal(request.url, request.url);
    assert.equal(request.headers, request.headers);
  });

  it("has the headers, joined where there are several of a name", () => {
    const { headers } = make([
      ["X-One", "a"],
      ["x-one", "b"],
      ["__proto__", "polluted"],
      ["constructor", "c"],
    ]);
    assert.equal(headers.get("X-One"), "a, b");
    assert.equal(headers.get("__proto__"), "polluted");
    assert.equal(headers.get("constructor"), "c");
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });

  it("leaves out a field that Headers refuses", () => {
    const { headers } = make([
      ["X-Bad", "a\u0000b"],
      ["X-Good", "é"],
    ]);
    assert.deepEqual([...headers], [["x-good", "é"]]);
  });

  it("has the headers once the connection is open, too", () => {
    const request = make([
      ["X-One", "a"],
      ["X-Empty", ""],
      ["X-One", "b: c"],
      ["X-Lenient", "d\r\nX-Forged: e"],
    ]);
    UpgradeRequest.opened(request);
    assert.deepEqual(
      [...request.headers],
      [
        ["x-empty", ""],
        ["x-one", "a, b: c"],
      ],
    );
  });

  it("has the Origin, or undefined", () => {
    assert.equal(make([["Origin", "https://example.com"]]).origin, "https://example.com");
    assert.equal(make().origin, undefined);
  });
});

describe("its signal", () => {
  it("is aborted with the reason when the handshake comes to nothing", () => {
    const request = make();
    const { signal } = request;
    assert.equal(signal.aborted, false);
    UpgradeRequest.gone(request, "The client went.");
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason.name, "AbortError");
    assert.equal(signal.reason.message, "The client went.");
  });

  it("is aborted already when it is asked for too late", () => {
    const request = make();
    UpgradeRequest.gone(request, "The client went.");
    assert.equal(request.signal.aborted, true);
    assert.equal(request.signal.reason.message, "The client went.");
  });
});

it("a header's fields are one list", () => {
  const request = new NodeRequest(
    makeRequest("/", [
      ["X-A", "1"],
      ["X-A", "2"],
      ["Set-Cookie", "a"],
      ["Set-Cookie", "b"],
    ]),
  );
  assert.equal(request.header("x-a"), "1, 2");
  assert.equal(request.header("set-cookie"), "a, b");
  assert.equal(request.header("x-b"), undefined);
});

describe("Node's own request", () => {
  it("is there until the connection is open", () => {
    const request = make();
    UpgradeRequest.opened(request);
    assert.throws(() => request.raw, /request.raw is gone once the connection is open/);
  });

  it("stays where it was read before", () => {
    const raw = makeRequest("/", []);
    const request = new UpgradeRequest(new NodeRequest(raw), from, {}, []);
    assert.equal(request.raw, raw);
    UpgradeRequest.opened(request);
    assert.equal(request.raw, raw);
  });
});
