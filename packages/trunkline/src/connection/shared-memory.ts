/**
 * One block of memory that every read of this thread goes into, in WebAssembly, so that SIMD can
 * unmask the bytes where the kernel put them.
 *
 * The memory never grows: growing detaches the arrays over it, and a read into a detached array
 * throws. It lives as long as the thread. No view of it reaches a user or the outbox: what is handed
 * on is always a copy, because the next read overwrites it. Where WebAssembly (or its SIMD) is
 * missing or forbidden, as under `--jitless` or a small `ulimit -v`, the block is ordinary memory and
 * `maskShared` is undefined.
 */
import { MASK_MODULE } from "./mask-module.ts";

/** Bytes that one read takes at the most. */
export const READ_SIZE = 262_144;
/** Bytes of room behind the read block, for masking what lies elsewhere. */
export const SCRATCH_SIZE = 65_536;
const PAGE = 65_536;

type Mask = (at: number, end: number, key: number) => number;

// What is used of WebAssembly; TypeScript knows it with the DOM's types only.
interface WebAssemblyApi {
  readonly Memory: new (limits: {
    initial: number;
    maximum: number;
  }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

interface SharedMemory {
  readonly buffer: ArrayBuffer;
  readonly mask: Mask | undefined;
}

function makeMemory(): SharedMemory {
  const api = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
  const size = READ_SIZE + SCRATCH_SIZE;
  if (api === undefined) return { buffer: new ArrayBuffer(size), mask: undefined };
  try {
    const pages = size / PAGE;
    const memory = new api.Memory({ initial: pages, maximum: pages });
    const module = new api.Module(Buffer.from(MASK_MODULE, "base64"));
    const { exports } = new api.Instance(module, { trunkline: { memory } });
    return { buffer: memory.buffer, mask: exports.mask as Mask }; // the module is ours
  } catch {
    return { buffer: new ArrayBuffer(size), mask: undefined };
  }
}

const { buffer, mask } = makeMemory();

/** Where sockets read to. */
export const readBlock: Uint8Array = new Uint8Array(buffer, 0, READ_SIZE);

const scratch = new Uint8Array(buffer, READ_SIZE, SCRATCH_SIZE);

/**
 * XORs `readBlock[at, end)` with the key, in place; returns zero when what came out is all ASCII.
 * Undefined where WebAssembly is not to be had.
 */
export const maskShared: Mask | undefined = mask;

/** XORs `bytes[start, end)` that lie elsewhere: in, masked, and out again, still far cheaper than in JavaScript. */
export function maskThroughScratch(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
): boolean {
  if (mask === undefined) return false;
  // Every piece but the last is a multiple of the key's length.
  for (let at = start; at < end; at += SCRATCH_SIZE) {
    const size = Math.min(SCRATCH_SIZE, end - at);
    const piece = bytes.subarray(at, at + size);
    scratch.set(piece);
    mask(READ_SIZE, READ_SIZE + size, key);
    piece.set(size === SCRATCH_SIZE ? scratch : scratch.subarray(0, size));
  }
  return true;
}
