import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { makeEnvironment } from "./cgi-environment.ts";

function request(headers: IncomingMessage["headers"], changes: object = {}): IncomingMessage {
  const socket = {
    remoteAddress: "192.0.2.1",
    remotePort: 5000,
    localAddress: "192.0.2.9",
    localPort: 9998,
  };
  const raw = { method: "GET", url: "/a/b?x=1&y=%20", httpVersion: "1.1", headers, socket };
  return { ...raw, ...changes } as unknown as IncomingMessage; // what is read of it
}

test("a request becomes CGI's variables", () => {
  const made = makeEnvironment(
    {
      raw: request({ host: "example.com:9998", "x-one": "1", "set-cookie": ["a", "b"] }),
      scriptName: "/a",
      pathInfo: "/b",
      pathTranslated: "/srv/b",
    },
    { PATH: "/bin", SECRET: "s", TZ: undefined },
  );
  assert.deepEqual(made, {
    PATH: "/bin",
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_SOFTWARE: "Trunkline",
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: "example.com",
    SERVER_PORT: "9998",
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/a/b?x=1&y=%20",
    SCRIPT_NAME: "/a",
    PATH_INFO: "/b",
    PATH_TRANSLATED: "/srv/b",
    QUERY_STRING: "x=1&y=%20",
    REMOTE_ADDR: "192.0.2.1",
    REMOTE_HOST: "192.0.2.1",
    REMOTE_PORT: "5000",
    HTTP_HOST: "example.com:9998",
    HTTP_X_ONE: "1",
    HTTP_SET_COOKIE: "a, b",
  });
});

test("behind a proxy the client's and the server's names are those it told", () => {
  const made = makeEnvironment(
    {
      raw: request({ host: "inner:80" }),
      scriptName: "/a",
      url: new URL("wss://outer.example/a"),
      remoteAddress: "203.0.113.7",
    },
    {},
  );
  assert.deepEqual(
    [made.SERVER_NAME, made.SERVER_PORT, made.HTTPS, made.REMOTE_ADDR],
    ["outer.example", "443", "on", "203.0.113.7"],
  );
});

test("headers that would set something, hold credentials or forge another are left out", () => {
  const headers = {
    proxy: "http://evil.example",
    authorization: "Basic x",
    x_forged: "1",
    "x-nul": "a\0b",
    "content-length": "3",
    "content-type": "text/plain",
  };
  const made = makeEnvironment({ raw: request(headers), scriptName: "/a" }, {});
  const names = Object.keys(made).filter((name) => /^(HTTP|CONTENT)_/.test(name));
  assert.deepEqual(names.sort(), ["CONTENT_LENGTH", "CONTENT_TYPE"]);
});
