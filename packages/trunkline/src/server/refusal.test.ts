import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryStream } from "./memory-stream.test.util.ts";
import { refuse, refuseWith } from "./refusal.ts";

async function written(act: (stream: MemoryStream) => void): Promise<string> {
  const stream = new MemoryStream();
  act(stream);
  await once(stream, "finish");
  return stream.text;
}

const send = (response: Response, body = ""): Promise<string> =>
  written((stream) => refuseWith(stream, response, Buffer.from(body), new ManualClock()));

describe("a refusal", () => {
  it("is a whole HTTP answer that ends the connection", async () => {
    const refusal = {
      status: 400,
      reason: "The key is “wrong”.",
      headers: [["X-A", "1"]] as const,
    };
    const text = await written((stream) => refuse(stream, refusal, new ManualClock()));
    const body = Buffer.from("The key is “wrong”.\n").toString("latin1");
    assert.equal(
      text,
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nX-A: 1\r\n" +
        `Content-Type: text/plain; charset=utf-8\r\nContent-Length: 24\r\n\r\n${body}`,
    );
  });

  it("names Upgrade in Connection where it has that header", async () => {
    const refusal = { status: 426, reason: "No.", headers: [["Upgrade", "websocket"]] as const };
    const text = await written((stream) => refuse(stream, refusal, new ManualClock()));
    assert.match(text, /\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n/);
  });

  it("drops a client that does not take its answer in time, and no other", () => {
    const clock = new ManualClock();
    const [slow, done] = [new MemoryStream(), new MemoryStream()];
    for (const stream of [slow, done]) refuse(stream, { status: 404, reason: "No." }, clock);
    done.destroy();
    clock.advance(4999);
    assert.equal(slow.destroyed, false);
    clock.advance(1);
    assert.equal(slow.destroyed, true);
  });

  it("ends when the client has ended, and leaves no timer", async () => {
    const clock = new ManualClock();
    const stream = new MemoryStream();
    refuse(stream, { status: 404, reason: "No." }, clock);
    stream.push("bytes that nobody reads");
    stream.push(null);
    await once(stream, "close");
    assert.equal(clock.pending, 0);
  });

  it("is not written to a stream that is over", () => {
    const clock = new ManualClock();
    const [gone, ended] = [new MemoryStream(), new MemoryStream()];
    gone.destroy();
    ended.end();
    for (const stream of [gone, ended]) refuse(stream, { status: 404, reason: "No." }, clock);
    assert.equal(gone.text + ended.text, "");
    assert.equal(clock.pending, 0);
  });
});

describe("a refusal with a Response", () => {
  it("has its status, headers and body", async () => {
    const headers = new Headers({ "WWW-Authenticate": "Basic", "Content-Type": "text/html" });
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2");
    const text = await send(new Response("", { status: 401, headers }), "no");
    assert.match(text, /^HTTP\/1\.1 401 Unauthorized\r\nConnection: close\r\n/);
    assert.match(text, /\r\nwww-authenticate: Basic\r\n/);
    assert.match(text, /\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n/);
    assert.match(text, /\r\nContent-Length: 2\r\n\r\nno$/);
  });

  it("has its own phrase, where a status line can hold it", async () => {
    assert.match(
      await send(new Response(null, { status: 403, statusText: "Go Away" })),
      /^HTTP\/1\.1 403 Go Away\r\n/,
    );
    assert.match(await send(new Response(null, { status: 599 })), /^HTTP\/1\.1 599 \r\n/);
  });

  it("keeps what says where the answer ends out of the user's hands", async () => {
    const headers = {
      "Content-Length": "999",
      "Transfer-Encoding": "chunked",
      Connection: "keep-alive",
    };
    const text = await send(new Response("", { status: 403, headers }), "no");
    assert.equal(
      text,
      "HTTP/1.1 403 Forbidden\r\nConnection: close\r\ncontent-type: text/plain;charset=UTF-8\r\nContent-Length: 2\r\n\r\nno",
    );
  });

  it("has no length where there is no content by definition", async () => {
    assert.equal(
      await send(new Response(null, { status: 204 })),
      "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    );
  });
});
