import assert from "node:assert/strict";
import { it } from "node:test";
import { messageOf } from "./message-data.ts";

it("leaves strings and Uint8Arrays as they are", () => {
  const bytes = Uint8Array.of(1, 2);
  assert.equal(messageOf("text"), "text");
  assert.equal(messageOf(bytes), bytes);
});

it("sees the bytes of buffers and of other views, without those around them", () => {
  const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual(messageOf(buffer), Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(messageOf(new DataView(buffer, 1, 2)), Uint8Array.of(2, 3));
  assert.deepEqual(messageOf(new Uint16Array(buffer, 2, 1)), Uint8Array.of(3, 4));
});

for (const wrong of [undefined, null, 5, true, {}, [1], new Date(0), { length: 9 }]) {
  it(`refuses ${JSON.stringify(wrong)}, which has no bytes`, () => {
    assert.throws(() => messageOf(wrong), { name: "TypeError", message: /^a message is a string/ });
  });
}
