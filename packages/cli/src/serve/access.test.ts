import assert from "node:assert/strict";
import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { SocketServer } from "trunkline/server";
import { connectTo } from "trunkline/testing";
import { Access, type AccessSettings } from "./access.ts";

const OPEN: AccessSettings = {
  credential: undefined,
  validationHost: undefined,
  validationPort: undefined,
  clientCertificates: undefined,
};

function make(settings: Partial<AccessSettings>) {
  const lines: string[] = [];
  const say = (level: string) => (line: unknown) => void lines.push(`${level} ${line}`);
  const log = { error: say("error"), warn: say("warn"), info: say("info"), debug: say("debug") };
  return { access: new Access({ ...OPEN, ...settings }, log), lines };
}

/** The status and headers that a plain request gets; undefined where it passed. */
function ask(access: Access, url: string, headers: IncomingMessage["headers"] = {}) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { url, headers, method: "GET" });
  const response = new ServerResponse(request);
  let hasPassed = false;
  access.guardHttp(() => {
    hasPassed = true;
  })(request, response, () => {});
  return hasPassed ? undefined : response;
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

test("without anything to check, routes and listener are the same as before", () => {
  const { access } = make({});
  const routes = { "/a": { message() {} } };
  const listener = () => {};
  assert.equal(access.guardRoutes(routes), routes);
  assert.equal(access.guardHttp(listener), listener);
});

test("a password is asked of sockets and of plain requests", async () => {
  const { access, lines } = make({ credential: "ada:secret" });
  const missing = ask(access, "/");
  assert.equal(missing?.statusCode, 401);
  assert.match(String(missing?.getHeader("www-authenticate")), /^Basic realm="trunkline"/);
  assert.equal(ask(access, "/", { authorization: basic("ada:wrong") })?.statusCode, 401);
  assert.equal(ask(access, "/", { authorization: basic("ada:secret") }), undefined);
  assert.match(lines[0] ?? "", /^info refused \/ .*401, missing user name or password$/);
  assert.match(lines[1] ?? "", /^warn refused \/ .*401, wrong user name or password$/);

  const server = new SocketServer({ routes: access.guardRoutes({ "/a": { message() {} } }) });
  const refused = connectTo(server, "/a");
  const [{ message }] = await once(refused, "error");
  assert.match(message, /401/);
  const client = connectTo(server, "/a", { headers: { Authorization: basic("ada:secret") } });
  await once(client, "open");
  await server.close();
});

const targets = [
  ["/echo", true],
  ["ws://example.com:8080/echo", true],
  ["http://EXAMPLE.com:8080/echo", true],
  ["ws://example.com/echo", false],
  ["ws://example.com:8081/echo", false],
  ["ws://elsewhere.example:8080/echo", false],
  ["ws://user@example.com:8080/echo", false],
  ["ws://:8080", false],
] as const;

for (const [target, passes] of targets) {
  test(`with -V and -P, ${target} ${passes ? "passes" : "is answered with 421 and a line"}`, () => {
    const { access, lines } = make({ validationHost: "Example.com", validationPort: 8080 });
    assert.equal(ask(access, target)?.statusCode, passes ? undefined : 421);
    assert.equal(lines.length, passes ? 0 : 1);
  });
}

test("a target without a port means its scheme's own", () => {
  const { access } = make({ validationPort: 443 });
  assert.equal(ask(access, "wss://a/"), undefined);
  assert.equal(ask(access, "https://[::1]/"), undefined);
  assert.equal(ask(access, "ws://a/")?.statusCode, 421);
});
