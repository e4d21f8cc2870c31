import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { ServeOptions } from "trunkline/server";
import { connectTo } from "trunkline/testing";
import { guardHandler } from "./guarded-handler.ts";

type AnyHandler = ServeOptions["routes"][string];

class Counter {
  #count = 0;
  readonly protocols = ["count"];

  message(socket: { send(text: string): unknown }): void {
    this.#count += 1;
    socket.send(String(this.#count));
  }
}

const counted = new Counter();
const handlers: Readonly<Record<string, AnyHandler>> = {
  "an object of hooks": { message: (socket, data) => void socket.send(data) },
  "a conversation": async (socket) => {
    for await (const data of socket) socket.send(data);
  },
  "a class's hooks with private fields": { ...counted, message: counted.message.bind(counted) },
  "an instance": counted,
};

for (const [what, handler] of Object.entries(handlers)) {
  test(`${what} goes on as it was behind a check that passes`, async () => {
    const protocols = handler === counted ? ["count"] : [];
    const client = connectTo(
      guardHandler(handler, () => undefined),
      "/",
      { protocols },
    );
    await once(client, "open");
    assert.equal(client.protocol, protocols[0] ?? "");
    client.send("1");
    const [{ data }] = await once(client, "message");
    assert.match(data, /^\d$/);
    client.close();
  });
}

test("a refusal is the answer, and the handler is not asked", async () => {
  let asked = 0;
  const handler = { upgrade: () => void asked++, message() {} };
  const refusal = { status: 421, reason: "Not here." };
  const client = connectTo(guardHandler(handler, () => refusal));
  const [{ message }] = await once(client, "error");
  assert.match(message, /421/);
  assert.equal(asked, 0);
});

test("the handler's own upgrade decides after a check that passes", async () => {
  const handler = { upgrade: () => new Response("", { status: 418 }), message() {} };
  const client = connectTo(guardHandler(handler, () => undefined));
  const [{ message }] = await once(client, "error");
  assert.match(message, /418/);
});
