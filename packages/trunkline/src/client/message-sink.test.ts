import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../testing/fake-transport.test.util.ts";
import { MessageSink, type WritableMessage } from "./message-sink.ts";

interface Bench {
  readonly sink: MessageSink;
  readonly writer: WritableStreamDefaultWriter<WritableMessage>;
  readonly calls: unknown[];
}

/** A connection that says of each message whether it takes more. */
function make(takesMore = true): Bench {
  const calls: unknown[] = [];
  const sink = new MessageSink({
    send: (data) => {
      calls.push(typeof data === "string" ? data : [...data]);
      return takesMore;
    },
    onClose: () => calls.push("close"),
    onAbort: (reason) => calls.push(reason),
  });
  return { sink, writer: sink.writable.getWriter(), calls };
}

/** What has come of a promise until now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "waits";
  promise.then(
    () => {
      state = "done";
    },
    (reason) => {
      state = `rejected with ${reason?.name ?? reason}`;
    },
  );
  await nextTurn();
  return state;
}

test("a write that the connection takes settles by itself", async () => {
  const { writer, calls, sink } = make();
  await writer.write("text");
  await writer.write(new DataView(Uint8Array.of(1, 2, 3).buffer, 1));
  assert.deepEqual(calls, ["text", [2, 3]]);
  assert.equal(sink.isWriting, false);
});

test("above the mark a write waits, and so does ready, and the next message", async () => {
  const { writer, calls, sink } = make(false);
  const first = writer.write("1");
  const second = writer.write("2");
  assert.equal(await stateOf(first), "waits");
  assert.equal(await stateOf(writer.ready), "waits");
  assert.deepEqual([calls, sink.isWriting, writer.desiredSize], [["1"], true, -1]);
  sink.drained();
  assert.equal(await stateOf(first), "done");
  assert.deepEqual(calls, ["1", "2"]);
  assert.equal(await stateOf(second), "waits");
  sink.drained();
  assert.equal(await stateOf(writer.ready), "done");
});

test("close starts the handshake after what was written, and settles with its end", async () => {
  const { writer, calls, sink } = make(false);
  writer.write("1");
  const closing = writer.close();
  await nextTurn();
  assert.deepEqual(calls, ["1"]);
  sink.drained();
  assert.equal(await stateOf(closing), "waits");
  assert.deepEqual(calls, ["1", "close"]);
  sink.end();
  assert.deepEqual([await stateOf(closing), await stateOf(writer.closed)], ["done", "done"]);
});

test("a failure rejects the write and the close under way, and all that follow", async () => {
  for (const act of [
    (writer: Bench["writer"]) => writer.write("1"),
    (writer: Bench["writer"]) => writer.close(),
  ]) {
    const { writer, sink } = make(false);
    const under = act(writer);
    await nextTurn();
    writer.closed.catch(() => {});
    sink.fail(new RangeError("broken"));
    assert.equal(await stateOf(under), "rejected with RangeError");
    assert.equal(await stateOf(writer.closed), "rejected with RangeError");
  }
});

test("a clean end that the program did not ask for refuses what comes later", async () => {
  const { writer, sink } = make(false);
  const written = writer.write("1");
  await nextTurn();
  sink.end();
  assert.equal(await stateOf(written), "done");
  await assert.rejects(writer.write("2"), { name: "InvalidStateError" });
  await assert.rejects(writer.closed, { name: "InvalidStateError" });
});

test("abort does not wait for a peer that reads nothing", async () => {
  const { writer, calls } = make(false);
  const written = writer.write("1");
  await nextTurn();
  await writer.abort("enough");
  assert.equal(await stateOf(written), "done");
  assert.deepEqual(calls, ["1", "enough"]);
});

test("what no message can be made of fails the stream, and reaches nobody", async () => {
  const { writer, calls } = make();
  await assert.rejects(writer.write(Symbol("s") as never), TypeError);
  await assert.rejects(writer.closed, TypeError);
  assert.deepEqual(calls, []);
});
