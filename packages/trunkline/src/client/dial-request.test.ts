import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { type DialOptions, requestOptions } from "./dial-request.ts";
import { readSettings } from "./options.ts";

function build(url: string, bag: object = {}): DialOptions {
  return requestOptions(new URL(url), readSettings(bag), "key", undefined);
}

const targets: readonly (readonly [string, Partial<DialOptions>])[] = [
  ["ws://a", { protocol: "http:", host: "a", port: 80, path: "/" }],
  ["wss://a", { protocol: "https:", host: "a", port: 443, path: "/" }],
  ["ws://a:81/b?c=d", { protocol: "http:", host: "a", port: "81", path: "/b?c=d" }],
  ["ws://[::1]/", { host: "::1" }],
  ["ws://a", { auth: undefined }],
  ["ws://us%20er:p%3Aw@a", { auth: "us er:p:w" }],
  ["ws://us%zzer@a", { auth: "us%zzer:" }],
];
for (const [url, expected] of targets) {
  test(`${url} asks for ${JSON.stringify(expected)}`, () => {
    const options = build(url);
    const names = Object.keys(expected) as (keyof DialOptions)[]; // of an object of that type
    const found = Object.fromEntries(names.map((name) => [name, options[name]]));
    assert.deepEqual(found, expected);
  });
}

test("a user's headers stand behind ours, and names that differ in case alone are one", () => {
  const headers = { "X-One": ["1", "2"], "x-one": "3" };
  const { headers: made } = build("ws://a", { headers, perMessageDeflate: false });
  assert.deepEqual(made, {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "key",
    "Sec-WebSocket-Version": "13",
    "X-One": ["1", "2", "3"],
  });
});

test("what TLS needs goes along over TLS only", () => {
  assert.equal(build("wss://a", { tls: { servername: "b" } }).servername, "b");
  assert.equal(build("ws://a", { tls: { servername: "b" } }).servername, undefined);
});

test("a stream that is connected already takes the place of an agent", () => {
  const stream = new PassThrough();
  const settings = readSettings(undefined);
  const options = requestOptions(new URL("wss://a"), settings, "key", () => stream);
  assert.deepEqual([options.agent, options.defaultPort], [undefined, 443]);
  assert.equal(
    options.createConnection?.({}, () => {}),
    stream,
  );
  assert.equal(build("ws://a").agent, false);
});
