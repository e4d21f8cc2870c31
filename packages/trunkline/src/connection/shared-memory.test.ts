import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { maskBytes } from "../protocol/mask.ts";
import { pattern } from "../testing/frames.test.util.ts";
import {
  maskShared,
  maskThroughScratch,
  READ_SIZE,
  readBlock,
  SCRATCH_SIZE,
} from "./shared-memory.ts";

const KEYS = [0, 1, 0x12345678, 0x80000000 | 0, -1];

function reference(bytes: Uint8Array, key: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  maskBytes(copy, 0, copy.length, key);
  return copy;
}

test("masking in the block is the reference's, at all offsets and lengths, and touches nothing else", () => {
  assert.ok(maskShared, "this Node has no WebAssembly");
  for (let offset = 0; offset < 20; offset++) {
    for (let length = 0; length < 150; length++) {
      const key = KEYS[(offset + length) % KEYS.length];
      const before = pattern(200, offset + length);
      readBlock.set(before);
      maskShared(offset, offset + length, key);
      const expected = Uint8Array.from(before);
      expected.set(reference(before.subarray(offset, offset + length), key), offset);
      assert.deepEqual(readBlock.slice(0, 200), expected);
    }
  }
});

test("what it returns says whether the bytes that came out are ASCII, wherever the other one stands", () => {
  assert.ok(maskShared);
  for (let length = 1; length < 100; length++) {
    for (let at = -1; at < length; at++) {
      const text = new Uint8Array(length).fill(0x61);
      if (at >= 0) text[at] = 0xc3;
      readBlock.set(reference(text, 0x12345678));
      assert.equal(maskShared(0, length, 0x12345678) === 0, at === -1);
    }
  }
});

test("masking through the scratch is the reference's, across its size", () => {
  for (const size of [
    0,
    1,
    300,
    SCRATCH_SIZE - 1,
    SCRATCH_SIZE,
    SCRATCH_SIZE + 1,
    3 * SCRATCH_SIZE + 7,
  ]) {
    const bytes = pattern(size + 10, size);
    const expected = Uint8Array.from(bytes);
    expected.set(reference(bytes.subarray(3, 3 + size), 0x0a0b0c0d), 3);
    maskThroughScratch(bytes, 3, 3 + size, 0x0a0b0c0d);
    assert.deepEqual(bytes, expected);
  }
});

test("the read block does not reach into the scratch", () => {
  assert.equal(readBlock.length, READ_SIZE);
  readBlock.fill(7);
  const bytes = pattern(1000);
  maskThroughScratch(bytes, 0, 1000, 0x01020304);
  assert.ok(readBlock.every((byte) => byte === 7));
});

const url = new URL("./shared-memory.js", import.meta.url).href;

test("without WebAssembly there is ordinary memory, and the runtime masks all the same", () => {
  const script = `
    import { maskShared, readBlock } from ${JSON.stringify(url)};
    import { nodeRuntime } from ${JSON.stringify(new URL("./node-runtime.js", import.meta.url).href)};
    readBlock.set([0x68 ^ 1, 0x69 ^ 2]);
    const long = new Uint8Array(5000);
    nodeRuntime.mask(long, 0, 5000, 0x01010101);
    console.log(String(maskShared), nodeRuntime.unmaskText(readBlock, 0, 2, 0x0201), long.every((b) => b === 1));
  `;
  const args = ["--jitless", "--no-warnings", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, args);
  assert.equal(stdout.toString().trim(), "undefined hi true", stderr.toString());
});

test("each worker thread has a block of its own", async () => {
  const script = `import(${JSON.stringify(url)}).then(({ readBlock }) => {
    readBlock.fill(9);
    require("node:worker_threads").parentPort.postMessage("filled");
  });`;
  readBlock.fill(1);
  const worker = new Worker(script, { eval: true });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.ok(readBlock.every((byte) => byte === 1));
  await worker.terminate();
});
