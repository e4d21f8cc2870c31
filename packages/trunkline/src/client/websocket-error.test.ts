import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionError, readCloseInfo, WebSocketError } from "./websocket-error.ts";

// The constructor's table is stream-cases.test.util.ts, which runs in a browser, too.

test("the error of a connection has what came, and why it failed", () => {
  const cause = new Error("the reason");
  const error = connectionError("m", { closeCode: 1006, reason: "r", cause });
  assert.ok(error instanceof WebSocketError);
  assert.deepEqual(
    [error.message, error.closeCode, error.reason, error.cause],
    ["m", 1006, "r", cause],
  );
  assert.equal(
    "cause" in connectionError("m", { closeCode: null, reason: "", cause: undefined }),
    false,
  );
});

test("no program makes one with a code that it may not send, whatever it makes it of", () => {
  const { closeCode, reason } = connectionError("m", { closeCode: 1006, reason: "", cause: 1 });
  assert.throws(() => Reflect.construct(WebSocketError, ["m", { closeCode, reason, cause: 1 }]), {
    name: "InvalidAccessError",
  });
});

test("a close info is read once, member by member, in the order of their names", () => {
  const read: string[] = [];
  const info = {
    get reason() {
      read.push("reason");
      return "r";
    },
    get closeCode() {
      read.push("closeCode");
      return 3000;
    },
  };
  assert.deepEqual(readCloseInfo(info), { closeCode: 3000, reason: "r" });
  assert.deepEqual(read, ["closeCode", "reason"]);
});

test("a close info that is no object says what to write", () => {
  assert.throws(() => readCloseInfo(3000), {
    name: "TypeError",
    message: /go into an object, \{ closeCode, reason \}, not 3000/,
  });
  assert.throws(() => readCloseInfo(Symbol("s")), {
    name: "TypeError",
    message: /not Symbol\(s\)/,
  });
});
