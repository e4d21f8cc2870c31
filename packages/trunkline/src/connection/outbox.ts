/**
 * The outgoing bytes of one connection: where the core writes its frames, so that all of a turn's
 * frames leave in one write (at the end of the read that caused them, or of the turn).
 *
 * While the transport takes everything, frames pass through one block that all connections share
 * in turn. Once it does not (a slow peer), they queue here, whole frames in order, and are handed
 * over a slice at a time as room comes, so that an overflow policy still has something to drop.
 */
import type { Sink } from "../protocol/sink.ts";
import type { Batch } from "./batch.ts";
import type { Transport } from "./transport.ts";
import { beginRead, endRead, type Flushable, flushAfterTurn } from "./turn.ts";

/** Frames leave at once when this many bytes are together. */
const FULL_BLOCK = 65_536;
/** The block that all share has room for one full frame, header and all. Bytes; a block of this size may be given back. */
const SHARED_BLOCK = FULL_BLOCK + 1024;
/** The same for one frame that is longer, up to 1 MiB and its header. */
const LARGE_BLOCK = 1_048_576 + 1024;
/** How much is handed to a transport that was blocked, before it drains again. Bytes. */
const SLICE = 262_144;
const SMALL_BLOCK = 1024;
/** Up to here shared bytes are copied behind what is there, and leave with it in one piece. Bytes. */
const COPIED = 4096;
const EMPTY = new Uint8Array(0);
const NONE: Piece[] = [];

/** One block at a time is borrowed from here; whoever finds it taken makes a block of its own. */
let shared: Uint8Array | undefined = Buffer.allocUnsafeSlow(SHARED_BLOCK);
/** For one long frame after the other: new memory for each costs more than writing it. Made when one comes. */
let large: Uint8Array | undefined;

/** A block that others use as well, with room for `size` bytes, if there is one. */
function borrow(size: number): Uint8Array | undefined {
  let block: Uint8Array | undefined;
  if (size <= SHARED_BLOCK) {
    block = shared;
    shared = undefined;
  } else if (size <= LARGE_BLOCK) {
    block = large ?? Buffer.allocUnsafeSlow(LARGE_BLOCK);
    large = undefined;
  }
  return block;
}

/** Returns a block to where it came from; blocks of our own go to the collector. */
function giveBack(block: Uint8Array): void {
  if (block.length === SHARED_BLOCK) shared ??= block;
  else if (block.length === LARGE_BLOCK) large ??= block;
}

function isShared({ length }: Uint8Array): boolean {
  return length === SHARED_BLOCK || length === LARGE_BLOCK;
}

interface Piece {
  readonly bytes: Uint8Array;
  /** A message of its own, which an overflow policy may drop. */
  readonly droppable: boolean;
  /** Belongs to the frame that the piece before it began: written with it, and dropped with it. */
  readonly continues: boolean;
}

export class Outbox implements Sink, Flushable {
  buffer: Uint8Array = EMPTY;
  length = 0;
  /** Whether the frames being written are a message, which an overflow policy may drop. */
  droppable = false;

  readonly #transport: Transport;
  /** Each message apart, so that the oldest can be dropped. */
  readonly #apart: boolean;
  /** Made when something queues: most connections never have anything that waits. */
  #queue: Piece[] = NONE;
  #queued = 0;
  /** Shared frames that this outbox sends from `#batchStart` on; they come after everything else here. */
  #batch: Batch | undefined;
  #batchStart = 0;
  #blocked = false;
  #heldAtBlock = 0;
  #held = false;
  #scheduled = false;
  #ending = false;
  /** Bytes that the transport has been handed so far. */
  #handed = 0;

  constructor(transport: Transport, overflow: "close" | "drop-newest" | "drop-oldest") {
    this.#transport = transport;
    this.#apart = overflow === "drop-oldest";
  }

  /** Whether the transport holds bytes that have not left. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** How much had not left when the transport began to hold it. */
  get heldAtBlock(): number {
    return this.#heldAtBlock;
  }

  /** Bytes of frames that have not left yet. */
  get size(): number {
    const shared = this.#batch === undefined ? 0 : this.#batch.length - this.#batchStart;
    return this.length + this.#queued + shared + this.#transport.buffered;
  }

  /** Where in the stream the next frame begins: bytes written here since the beginning. */
  get position(): number {
    return this.#handed + this.size - this.#transport.buffered;
  }

  /** Up to where in the stream everything has left, as far as is known. */
  get left(): number {
    const { buffered } = this.#transport;
    // A transport that holds nothing and is not done yet will drain or close: then it is known.
    return this.#blocked && buffered === 0 ? 0 : this.#handed - buffered;
  }

  /** From here to `release` nothing is written but full blocks: a read is being answered. */
  hold(): void {
    this.#held = true;
    beginRead(this);
  }

  release(): void {
    this.#held = false;
    endRead();
    this.flush();
  }

  /** From here on sends what is added to `batch` in this turn; false when frames must queue one by one. */
  join(batch: Batch): boolean {
    if (this.#blocked) return false;
    if (this.#batch === batch) return true;
    this.leave();
    this.#batch = batch;
    this.#batchStart = batch.length;
    this.#flushLater();
    return true;
  }

  /** Takes no more from its batch; what was added so far is queued. */
  leave(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const bytes = batch.since(this.#batchStart);
    if (bytes.length > COPIED) {
      this.push(bytes);
    } else {
      this.reserve(bytes.length);
      this.buffer.set(bytes, this.length);
      this.length += bytes.length;
    }
    this.commit();
  }

  reserve(size: number): void {
    if (this.#batch !== undefined) this.leave();
    if (this.buffer.length - this.length >= size) return;
    if (this.length + size > FULL_BLOCK) {
      this.#seal();
      if (!this.#blocked) this.#writeQueue();
    }
    this.#makeRoom(size);
  }

  commit(): void {
    if (this.#blocked) {
      if (this.#apart) this.#seal();
      return;
    }
    if (this.#queued > 0 || this.length >= FULL_BLOCK) return this.flush();
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#held || this.#scheduled) return;
    this.#scheduled = true;
    flushAfterTurn(this);
  }

  push(bytes: Uint8Array): void {
    if (this.#batch !== undefined) this.leave();
    const continues = this.length > 0;
    this.#seal();
    this.#enqueue(bytes, continues);
  }

  /** Writes what is there, unless the transport is still busy with what it has. */
  flush(): void {
    this.#scheduled = false;
    if (this.#blocked) return;
    if (this.#batch !== undefined) {
      if (this.length === 0 && this.#queue.length === 0) return this.#writeBatch(this.#batch);
      this.leave();
    }
    if (this.#queue.length > 0) {
      this.#seal();
      this.#writeQueue();
    } else if (this.length > 0) {
      this.#writeBlock();
    } else {
      this.#giveBack();
    }
  }

  /** Gives the transport everything, however much it holds: who has the stream may end it next. */
  handOver(): void {
    this.flush();
    if (!this.#blocked) return;
    this.leave();
    this.#seal();
    while (this.#queue.length > 0) this.#transport.writeAll(this.#nextSlice());
  }

  /** The transport has sent everything. Returns whether nothing is left here either. */
  drained(): boolean {
    this.#blocked = false;
    this.flush();
    const empty = !this.#blocked && this.#queue.length === 0;
    if (empty && this.#ending) this.#transport.end();
    return empty;
  }

  /** Sends FIN after everything. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.flush();
    if (!this.#blocked) this.#transport.end();
  }

  /** Drops queued messages, the oldest first, until `bytes` are free or none is left; returns how many. */
  dropOldest(bytes: number): number {
    let freed = 0;
    let count = 0;
    let dropping = false;
    this.#queue = this.#queue.filter((piece) => {
      if (!piece.continues) {
        dropping = piece.droppable && freed < bytes;
        if (dropping) count++;
      }
      if (dropping) freed += piece.bytes.length;
      return !dropping;
    });
    this.#queued -= freed;
    return count;
  }

  /** Forgets everything: the transport is gone. */
  discard(): void {
    this.#giveBack();
    this.length = 0;
    this.buffer = EMPTY;
    this.#queue = NONE;
    this.#queued = 0;
    this.#batch = undefined;
    this.#blocked = true;
  }

  #makeRoom(size: number): void {
    const needed = this.length + size;
    // Who is held up would keep it from the others.
    const borrowed = this.length > 0 || this.#blocked ? undefined : borrow(needed);
    if (borrowed !== undefined) {
      this.#giveBack();
      this.buffer = borrowed;
      return;
    }
    const wanted =
      this.#apart && this.#blocked ? needed : Math.max(SMALL_BLOCK, 2 * this.buffer.length);
    const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(wanted, FULL_BLOCK)));
    larger.set(this.buffer.subarray(0, this.length));
    this.#giveBack();
    this.buffer = larger;
  }

  #giveBack(): void {
    giveBack(this.buffer);
    this.buffer = EMPTY;
  }

  /** Moves the block to the queue, as it must stay: the shared ones are copied, unless much is in them. */
  #seal(): void {
    if (this.length === 0) return;
    const bytes = this.buffer.subarray(0, this.length);
    if (isShared(this.buffer) && this.length <= SHARED_BLOCK) {
      this.#enqueue(Uint8Array.prototype.slice.call(bytes));
    } else {
      this.#enqueue(bytes);
      this.buffer = EMPTY;
    }
    this.length = 0;
  }

  #enqueue(bytes: Uint8Array, continues = false): void {
    if (this.#queue === NONE) this.#queue = [];
    this.#queue.push({ bytes, droppable: this.droppable, continues });
    this.#queued += bytes.length;
  }

  #block(): void {
    this.#blocked = true;
    this.#heldAtBlock = this.size;
  }

  #writeBatch(batch: Batch): void {
    this.#batch = undefined;
    const bytes = batch.since(this.#batchStart);
    this.#handed += bytes.length;
    if (bytes.length > 0 && !this.#transport.write(bytes)) this.#block();
  }

  /** A stream in memory brings the peer's answer inside the call: what that causes begins a block of its own. */
  #writeBlock(): void {
    const block = this.buffer;
    const bytes = block.subarray(0, this.length);
    this.buffer = EMPTY;
    this.length = 0;
    this.#handed += bytes.length;
    const left = this.#transport.write(bytes);
    if (!left) this.#block();
    if (!left && !this.#transport.copies) {
      // The transport keeps the block. Whoever needs a shared one next makes it.
      if (block.length === SHARED_BLOCK) shared = Buffer.allocUnsafeSlow(SHARED_BLOCK);
    } else if (left && this.#held && this.buffer === EMPTY) {
      this.buffer = block;
    } else {
      giveBack(block);
    }
  }

  #writeQueue(): void {
    while (this.#queue.length > 0 && !this.#blocked) {
      const pieces = this.#nextSlice();
      const left =
        pieces.length === 1 ? this.#transport.write(pieces[0]) : this.#transport.writeAll(pieces);
      if (!left) this.#block();
    }
    // Who is held up would keep it from the others.
    if (this.length === 0 && (this.#blocked || !this.#held)) this.#giveBack();
  }

  #nextSlice(): Uint8Array[] {
    let size = 0;
    let count = 0;
    for (const { bytes, continues } of this.#queue) {
      if (size >= SLICE && !continues) break;
      size += bytes.length;
      count++;
    }
    this.#queued -= size;
    this.#handed += size;
    return this.#queue.splice(0, count).map((piece) => piece.bytes);
  }
}
