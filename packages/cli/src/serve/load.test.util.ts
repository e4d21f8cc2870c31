/** For tests: many connections that each send numbered messages and take as many back, in order. */
import assert from "node:assert/strict";
import { WebSocket } from "trunkline/client";

export interface Load {
  readonly connections: number;
  /** Messages of each connection, each way. */
  readonly messages: number;
}

/** Settles when every connection got all its answers and was closed with 1000. */
export async function echoLoad(url: string, { connections, messages }: Load): Promise<void> {
  const all = Array.from({ length: connections }, (_, id) => echoOne(url, id, messages));
  const codes = await Promise.all(all);
  assert.deepEqual([...new Set(codes)], [1000]);
}

/** Settles with the close code. */
function echoOne(url: string, id: number, messages: number): Promise<number> {
  const socket = new WebSocket(url);
  const expected = Array.from({ length: messages }, (_, at) => `${id} ${at} ${"x".repeat(at)}`);
  const got: unknown[] = [];
  socket.addEventListener("open", () => {
    for (const text of expected) socket.send(text);
  });
  socket.addEventListener("message", ({ data }) => {
    if (got.push(data) === messages) socket.close(1000);
  });
  return new Promise((resolve, reject) => {
    socket.addEventListener("close", ({ code }) => {
      try {
        assert.deepEqual(got, expected);
        resolve(code);
      } catch (error) {
        reject(error);
      }
    });
  });
}
