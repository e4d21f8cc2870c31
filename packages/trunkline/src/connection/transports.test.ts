import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { streamPair, tcpPair } from "../testing/stream-pairs.test.util.ts";
import { DuplexTransport } from "./duplex-transport.ts";
import { SocketTransport } from "./socket-transport.ts";
import { openTransport } from "./transports.ts";

test("a socket gets the fast transport, another stream the documented one", async (t) => {
  const [socket] = await tcpPair(t);
  const [stream] = await streamPair();
  assert.ok(openTransport(socket) instanceof SocketTransport);
  const other = openTransport(stream);
  assert.ok(other instanceof DuplexTransport && !(other instanceof SocketTransport));
});

test("TRUNKLINE_TRANSPORT=stream takes the documented one for sockets too", () => {
  const script = `
    import { Socket } from "node:net";
    import { openTransport } from ${JSON.stringify(new URL("./transports.js", import.meta.url).href)};
    import { createServer, connect } from "node:net";
    const server = createServer((socket) => {
      console.log(openTransport(socket).constructor.name);
      socket.destroy();
      server.close();
    }).listen(0, "127.0.0.1", () => connect(server.address().port, "127.0.0.1").on("error", () => {}));
  `;
  const names = ["stream", ""].map((choice) => {
    const env = { ...process.env, TRUNKLINE_TRANSPORT: choice };
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env });
    return stdout.toString().trim();
  });
  assert.deepEqual(names, ["DuplexTransport", "SocketTransport"]);
});

test("where sockets are not Node's, nothing undocumented is tried", () => {
  const others = [
    "Object.getOwnPropertySymbols = () => [];",
    'Object.defineProperty(process, "versions", { value: { ...process.versions, deno: "2.9.6" } });',
  ];
  for (const other of ["", ...others]) {
    const script = `
      ${other}
      const { documentedOnly } = await import(${JSON.stringify(new URL("./transports.js", import.meta.url).href)});
      console.log(documentedOnly);
    `;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    assert.equal(stdout.toString().trim(), String(other !== ""), other);
  }
});
