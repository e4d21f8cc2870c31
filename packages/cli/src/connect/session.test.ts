import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { makeStage } from "./fake-peer.test.util.ts";

/** Turns of the loop: what a settled promise causes has happened. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a session with somebody who types", () => {
  it("says what it is connected to, sends lines and shows what comes", async () => {
    const prepare = (peer: { open(agreement: object): void }) =>
      peer.open({ protocol: "chat", extensions: "permessage-deflate" });
    const { session, shown, peers } = makeStage({ prepare });
    assert.equal(await session.open(), true);
    assert.equal(await session.take("hello"), "answer");
    assert.equal(await session.take("//slash"), "answer");
    assert.equal(await session.take(""), "nothing");
    assert.deepEqual(peers[0]?.sent, ["hello", "/slash"]);
    assert.deepEqual(shown, [
      "Connected to ws://test/ (subprotocol chat, compressed).",
      "< hello",
      "< /slash",
    ]);
  });

  it("sends lines as bytes when that is wished", async () => {
    const { session, peers } = makeStage({ sendsBinary: true });
    await session.open();
    await session.take("é");
    assert.deepEqual(peers[0]?.sent, [Buffer.from("é")]);
  });

  it("says how long a pong took", async () => {
    const { session, shown, peers } = makeStage();
    await session.open();
    assert.equal(await session.take("/ping you"), "answer");
    await settle();
    assert.deepEqual(peers[0]?.sent, ["ping you"]);
    assert.equal(shown.at(-1), "Pong after 0.0 ms.");
  });

  it("sends a file as text when it is UTF-8, and as binary when it is not", async (t) => {
    const folder = await makeFolder(t, { "a.json": '{"é":1}' });
    const bytes = await folder.write("b", "x");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(bytes, new Uint8Array([1, 255]));
    const { session, shown, peers } = makeStage();
    await session.open();
    await session.take(`/send ${folder.path}/a.json`);
    await session.take(`/send ${bytes}`);
    assert.deepEqual(peers[0]?.sent, ['{"é":1}', Buffer.from([1, 255])]);
    assert.match(shown[1] ?? "", /^Sent .*a\.json, 8 bytes of text\.$/);
    assert.match(shown[3] ?? "", /^Sent .*b, 2 bytes of binary\.$/);
    await session.take(`/send ${folder.path}/none`);
    assert.match(shown.at(-1) ?? "", /^! cannot read .*none: it is not there\.$/);
  });

  it("closes with the code and reason that were typed, and connects anew on request", async () => {
    const { session, shown, peers } = makeStage();
    await session.open();
    await session.take("/close 1001 going home");
    assert.deepEqual(peers[0]?.sent, ["close 1001 going home"]);
    assert.deepEqual(shown.slice(1), [
      "Closed with 1001 (going away): going home",
      "Enter connects again, /quit ends.",
    ]);
    assert.equal(session.isOpen, false);
    await session.take("");
    await session.take("again");
    assert.deepEqual(peers[1]?.sent, ["again"]);
    await session.take("/reconnect");
    assert.deepEqual(peers[1]?.sent, ["again", "close 1000"]);
    assert.equal(peers.length, 3);
    assert.equal(await session.quit(), 0);
  });

  it("says what it cannot do, and goes on", async () => {
    const { session, shown } = makeStage();
    await session.open();
    assert.equal(await session.take("/close 1006"), "nothing");
    assert.equal(await session.take("/nothing"), "nothing");
    assert.equal(shown[1], "! 1006 may not be sent.");
    assert.match(shown[2] ?? "", /^! there is no command \/nothing/);
    assert.equal(session.isOpen, true);
    await session.take("/close");
    for (const line of ["text", "/ping", "/send x", "/close"]) {
      assert.equal(await session.take(line), "nothing");
      assert.match(shown.at(-1) ?? "", /^! there is no connection/);
    }
  });

  it("shows help, and ends on /quit", async () => {
    const { session, shown } = makeStage();
    await session.open();
    await session.take("/help");
    assert.match(shown[1] ?? "", /\/close \[code \[reason\]\] +close/);
    assert.equal(await session.take("/quit"), "end");
    assert.equal(await session.quit(), 0);
    assert.equal(shown.at(-1), "Closed with 1000 (normal closure)");
  });

  it("gives up an attempt to connect when it is to end, without a word about that", async () => {
    const { session, shown } = makeStage({ prepare: () => {} });
    const opening = session.open();
    assert.equal(await session.quit(), 1);
    assert.equal(await opening, false);
    assert.deepEqual(shown, []);
  });
});

describe("a session's end", () => {
  const endings = [
    [{ code: 1000 }, 0, "Closed by the server with 1000 (normal closure)"],
    [{ code: 1001 }, 0, "Closed by the server with 1001 (going away)"],
    [{ code: 1005 }, 0, "Closed by the server, without a code."],
    [{ code: 1011, reason: "oh" }, 3, "! Closed by the server with 1011 (internal error): oh"],
    [{ code: 4001 }, 3, "! Closed by the server with 4001"],
    [
      { code: 1006, wasClean: false },
      3,
      "! The connection was lost: the server ended it without a Close (1006).",
    ],
    [
      { code: 1006, wasClean: false, error: new Error("bad frame") },
      3,
      "! The connection failed: bad frame.",
    ],
  ] as const;
  for (const [ending, code, sentence] of endings) {
    it(`has exit code ${code} after "${sentence}"`, async () => {
      const { session, shown, peers } = makeStage({ isInteractive: false });
      await session.open();
      peers[0]?.end(ending);
      await session.closed;
      assert.equal(shown.at(-1), sentence);
      assert.equal(await session.quit(), code);
    });
  }

  it("has exit code 0 after any code that we chose", async () => {
    const { session } = makeStage({ isInteractive: false });
    await session.open();
    await session.take("/close 4001");
    assert.equal(await session.quit(), 0);
  });

  it("has exit code 1 when there is no connection", async () => {
    const { session, shown } = makeStage({ prepare: (peer) => peer.refuse(new Error("no way")) });
    assert.equal(await session.open(), false);
    assert.deepEqual(shown, ["! no way."]);
    assert.equal(await session.quit(), 1);
  });
});
