import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DialError } from "trunkline/client";
import { type Server, serve } from "trunkline/server";
import { dialTo } from "./connection.ts";

describe("a connection", () => {
  let server: Server;
  before(async () => {
    server = await serve({
      port: 0,
      logger: {},
      routes: {
        "/echo": {
          protocols: ["chat"],
          message: (socket, data) => void socket.send(data),
        },
        "/lost": { open: (socket) => socket.terminate() },
      },
    });
  });
  after(() => server.close({ timeout: 0 }));
  const at = (path: string) => new URL(`ws://127.0.0.1:${server.port}${path}`);

  it("says what was agreed on, brings strings and bytes, pongs, and how it ended", async () => {
    const came: (string | Uint8Array)[] = [];
    const { promise, resolve } = newPromise();
    const dial = dialTo(at("/echo"), { protocols: ["chat"], perMessageDeflate: false });
    const connection = dial((data) => {
      if (came.push(data) === 2) resolve();
    });
    const { protocol, extensions } = await connection.opened;
    assert.deepEqual([protocol, extensions], ["chat", ""]);
    connection.send("text");
    connection.send(new Uint8Array([1, 2]));
    await promise;
    assert.deepEqual(came, ["text", new Uint8Array([1, 2])]);
    assert.equal(await connection.ping("x"), true);
    assert.equal(connection.bufferedAmount, 0);
    assert.throws(() => connection.close(1005), RangeError);
    connection.close(1001, "home");
    const ending = { code: 1001, reason: "home", wasClean: true, error: undefined };
    assert.deepEqual(await connection.closed, ending);
  });

  it("that is lost has ended uncleanly", async () => {
    const connection = dialTo(at("/lost"), {})(() => {});
    await connection.opened;
    const { code, wasClean } = await connection.closed;
    assert.deepEqual([code, wasClean], [1006, false]);
  });

  it("that does not come about rejects with the reason", async () => {
    const connection = dialTo(at("/nowhere"), {})(() => {});
    await assert.rejects(connection.opened, (error) => {
      assert.ok(error instanceof DialError);
      assert.equal(error.status, 404);
      return true;
    });
  });

  it("is refused where the options are the user's mistake", () => {
    const dial = dialTo(at("/echo"), { protocols: ["a b"] });
    assert.throws(() => dial(() => {}), { name: "CommandError", exitCode: 2 });
  });
});

function newPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
