/**
 * The machine of a connection whose messages leave as Buffers: everything that the core allocates is
 * one, small ones out of Node's pool, which is cheaper than an ArrayBuffer for each.
 */
import { isUtf8 } from "node:buffer";
import { isShortAscii, nodeRuntime } from "../connection/node-runtime.ts";
import type { Runtime } from "../protocol/runtime.ts";

/** Up to here a look at each byte is cheaper than a call into the runtime. Bytes. */
const SHORT = 64;

export const bufferRuntime: Runtime = {
  ...nodeRuntime,
  allocate,
  unmaskCopy(bytes, start, end, key) {
    nodeRuntime.mask(bytes, start, end, key);
    const copy = allocate(end - start);
    if (end - start <= SHORT) for (let at = start; at < end; at++) copy[at - start] = bytes[at];
    else copy.set(bytes.subarray(start, end));
    return copy;
  },
  isUtf8(bytes, start, end) {
    if (end - start <= SHORT && isShortAscii(bytes, start, end)) return true;
    return isUtf8(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  },
};

function allocate(size: number): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafe(size) as Buffer<ArrayBuffer>; // Node's pool is never shared memory
}
