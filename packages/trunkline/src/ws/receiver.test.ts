import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { frameFor, join } from "../testing/frames.test.util.ts";
import { Receiver } from "./receiver.ts";

test("the kind of binary can be changed between messages", () => {
  const receiver = new Receiver();
  const seen: unknown[] = [];
  receiver.on("message", (data) => seen.push(data));
  const wire = join(
    frameFor("client", { opcode: "binary", fin: 0, payload: "a" }),
    frameFor("client", { opcode: "continuation", payload: "b" }),
  );
  receiver.write(Buffer.from(wire));
  receiver._binaryType = "fragments";
  receiver.write(Buffer.from(wire));
  assert.deepEqual(seen, [Buffer.from("ab"), [Buffer.from("a"), Buffer.from("b")]]);
});

test("after a fault nothing is emitted", async () => {
  const receiver = new Receiver({ isServer: true });
  receiver.on("message", () => assert.fail("a message"));
  const failed = once(receiver, "error");
  receiver.write(Buffer.from(frameFor("server", { opcode: 3 })));
  const [error] = await failed;
  assert.equal(error.code, "WS_ERR_INVALID_OPCODE");
});
