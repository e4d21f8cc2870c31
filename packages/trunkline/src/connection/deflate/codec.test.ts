import assert from "node:assert/strict";
import { test } from "node:test";
import { createDeflateCodec } from "./codec.ts";
import type { Deflater, Engine, Inflater } from "./engine.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

/** Counts what is opened and closed. */
function countingEngine(): { readonly engine: Engine; readonly opened: string[]; closed: number } {
  const opened: string[] = [];
  const count = {
    opened,
    closed: 0,
    engine: {
      openDeflater: (bits: number): Deflater => {
        opened.push(`deflater ${bits}`);
        return { deflate: () => undefined, reset() {}, close: () => count.closed++ };
      },
      openInflater: (bits: number): Inflater => {
        opened.push(`inflater ${bits}`);
        return { inflate: () => "corrupt", reset() {}, close: () => count.closed++ };
      },
    },
  };
  return count;
}

const message = new Uint8Array(2000);

function talk(engine: Engine, noContextTakeover: boolean): void {
  const parameters = {
    serverNoContextTakeover: noContextTakeover,
    clientNoContextTakeover: noContextTakeover,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 12,
  };
  const codec = createDeflateCodec("server", parameters, DEFAULT_SETTINGS, engine);
  for (let round = 0; round < 3; round++) {
    codec.deflate(message);
    codec.inflate(message, 10);
  }
  codec.close();
}

test("connections without context takeover share one compressor and one decompressor", () => {
  const count = countingEngine();
  for (let connection = 0; connection < 4; connection++) talk(count.engine, true);
  assert.deepEqual(count.opened, ["deflater 10", "inflater 15"]);
  assert.equal(count.closed, 0);
});

test("a connection with context takeover opens its own at the first message, and closes them", () => {
  const count = countingEngine();
  for (let connection = 0; connection < 2; connection++) talk(count.engine, false);
  assert.deepEqual(count.opened, ["deflater 10", "inflater 12", "deflater 10", "inflater 12"]);
  assert.equal(count.closed, 4);
});
