import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { WebSocket } from "trunkline/client";
import { serve } from "trunkline/server";
import { CERTIFICATE, KEY } from "../serve/certificate.test.util.ts";
import { describeFailure } from "./sentences.ts";

it("tells a refused handshake with its status, and the beginning of its body", async (t) => {
  const body = `<h1>closed for today</h1>${"!".repeat(5000)}`;
  const server = createServer((_request, response) => response.writeHead(503).end(body));
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  const socket = new WebSocket(`ws://127.0.0.1:${port}/x`);
  const [event] = await once(socket, "error");
  const [first, second = ""] = describeFailure(event.error).split("\n");
  assert.match(first ?? "", /127\.0\.0\.1:\d+\/x: the server answered 503 Service Unavailable\.$/);
  assert.match(second, /^<h1>closed for today<\/h1>!+…$/);
  assert.equal(second.length, 2001);
});

for (const [certificate, ends] of [
  [{ key: KEY, cert: CERTIFICATE }, /: self-signed certificate; --ca names .*any certificate\.$/],
  [undefined, /the server does not speak TLS on that port; is it ws: rather than wss:\?$/],
] as const) {
  it(`advises what the command line has where TLS ${certificate ? "is not trusted" : "is not there"}`, async (t) => {
    const server = certificate ? createTlsServer(certificate) : createServer();
    t.after(() => server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens on a port
    const [event] = await once(new WebSocket(`wss://127.0.0.1:${port}/`), "error");
    assert.match(describeFailure(event.error), ends);
  });
}

it("ends a sentence once", async (t) => {
  const server = await serve({ port: 0, routes: { "/": { message() {} } }, logger: {} });
  t.after(() => server.close());
  const [event] = await once(new WebSocket(server.url, "chat"), "error");
  assert.match(describeFailure(event.error), /has no Sec-WebSocket-Protocol header\.$/);
});

it("tells another failure in its own words", () => {
  assert.equal(describeFailure(new Error("no way")), "no way.");
});
