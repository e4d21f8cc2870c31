import assert from "node:assert/strict";
import { test } from "node:test";
import { extension } from "./extension.ts";
import { PerMessageDeflate, type PerMessageDeflateOptions } from "./permessage-deflate.ts";

function accepted(header: string, options: PerMessageDeflateOptions): PerMessageDeflate {
  const deflate = new PerMessageDeflate(options);
  deflate.accept(extension.parse(header)["permessage-deflate"] ?? []);
  return deflate;
}

test("what was agreed on decides how small a message stays plain", () => {
  const threshold = (header: string, options: PerMessageDeflateOptions): boolean =>
    accepted(header, options).codec.deflate(Buffer.alloc(200, "a")) === undefined;
  const server = { isServer: true };
  assert.equal(threshold("permessage-deflate", server), false);
  assert.equal(threshold("permessage-deflate; server_no_context_takeover", server), true);
  assert.equal(threshold("permessage-deflate; client_no_context_takeover", server), false);
  assert.equal(threshold("permessage-deflate; client_no_context_takeover", {}), true);
  const low = { isServer: true, threshold: 100 };
  assert.equal(threshold("permessage-deflate; server_no_context_takeover", low), false);
});

test("a message in fragments is inflated with its last one", () => {
  const server = accepted("permessage-deflate", { isServer: true });
  const client = accepted("permessage-deflate", {});
  const pieces: Buffer[] = [];
  for (const [text, fin] of [
    ["one ", false],
    ["two", true],
  ] as const) {
    server.compress(Buffer.from(text), fin, (_error, data) => pieces.push(data ?? Buffer.alloc(0)));
  }
  const results: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    client.decompress(piece, index === 1, (_error, data) => results.push(String(data)));
  }
  assert.deepEqual(results, ["", "one two"]);
});

test("what is too large or broken is told as the receiver tells it", () => {
  const client = accepted("permessage-deflate; server_no_context_takeover", { maxPayload: 10 });
  const server = accepted("permessage-deflate; server_no_context_takeover", { isServer: true });
  const codes: unknown[] = [];
  const note = (error: Error | null): void => void codes.push((error as { code?: string }).code);
  server.compress(Buffer.alloc(11, "a"), true, (_error, data) => {
    client.decompress(data ?? Buffer.alloc(0), true, note);
  });
  client.decompress(Buffer.of(0xff, 0xff), true, note);
  assert.deepEqual(codes, ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "Z_DATA_ERROR"]);
});
