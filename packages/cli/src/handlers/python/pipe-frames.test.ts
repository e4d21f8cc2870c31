import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  encodeFrame,
  FrameReader,
  KINDS,
  OVERHEAD,
  type PipeFrame,
  WINDOW,
} from "./pipe-frames.ts";

test("frames come out as they went in, wherever the pieces are cut", () => {
  const frames = [
    [KINDS.TEXT, 1, "héllo"],
    [KINDS.BINARY, 0xffff_ffff, Uint8Array.of(1, 2, 3)],
    [KINDS.CLOSE, 3, ""],
    [KINDS.TEXT, 4, "x".repeat(100_000)],
  ] as const;
  const bytes = Buffer.concat(
    frames.map(([kind, number, payload]) => encodeFrame(kind, number, payload)),
  );
  for (const size of [1, 7, 4096, bytes.length]) {
    const got: PipeFrame[] = [];
    const reader = new FrameReader(({ payload, ...rest }) => {
      got.push({ ...rest, payload: Buffer.from(payload) });
    });
    for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
    const expected = frames.map(([kind, number, payload]) => {
      return { kind, number, payload: Buffer.from(payload as string) }; // bytes are copied as well
    });
    assert.deepEqual(got, expected);
  }
});

test("both ends of the pipe have the same table", () => {
  const python = new URL("../../../python/trunkline_worker/frames.py", import.meta.url);
  const entries = [...readFileSync(python, "utf8").matchAll(/^([A-Z]+) = (\d+)$/gm)];
  const {
    WINDOW: window,
    OVERHEAD: overhead,
    ...kinds
  } = Object.fromEntries(entries.map(([, name, value]) => [name, Number(value)]));
  assert.deepEqual(kinds, KINDS);
  assert.deepEqual([window, overhead], [WINDOW, OVERHEAD]);
});
