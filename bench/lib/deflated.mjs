/**
 * What the rows about permessage-deflate share: a row's `deflate` holds the parameters, by the names
 * that the servers' options have, and they must be agreed on as they are. The client compresses each
 * message by itself, which is allowed whatever was agreed on; it inflates with its window.
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { distinctKey, jsonMessage } from "./contents.mjs";
import { AnySizeCounter, FrameReader, maskedFrame, RSV1, TEXT } from "./frames.mjs";
import { openMany } from "./raw-client.mjs";
import { ServerProcess } from "./server-process.mjs";

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const WINDOW = 32_768;
const finishFlush = constants.Z_SYNC_FLUSH;

export const COMPRESSED_TEXT = RSV1 | TEXT;

export function start(name, row) {
  return ServerProcess.start(`servers/${name}.mjs`, [JSON.stringify(row.deflate)]);
}

/** Opens connections that agreed on the row's parameters, and on nothing else. */
export async function openDeflating(server, path, count, { deflate }) {
  const offer = offerFor(deflate);
  const clients = await openMany(server.port, path, count, offer);
  const sorted = (text) => text.split(/ *; */).sort().join("; ");
  const answer = clients[0].extensions;
  if (sorted(answer) === sorted(offer)) return clients;
  throw new Error(`agreed on ${JSON.stringify(answer)} instead of ${JSON.stringify(offer)}`);
}

function offerFor(deflate) {
  const parameters = Object.entries(deflate).flatMap(([name, value]) => {
    const parameter = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (value === false) return [];
    return value === true ? parameter : `${parameter}=${value}`;
  });
  return ["permessage-deflate", ...parameters].join("; ");
}

/** A client's frame with the message compressed by itself. */
export function deflatedFrame(message, windowBits = 12) {
  const payload = deflateRawSync(message, { finishFlush, windowBits }).subarray(0, -TAIL.length);
  return maskedFrame(COMPRESSED_TEXT, payload, distinctKey(message.length));
}

/** Frames of different messages, to go around. */
export function deflatedFrames(size, count) {
  return Array.from({ length: count }, (_, seed) => deflatedFrame(jsonMessage(size, seed)));
}

/** Reads a server's compressed messages, in order. */
export class InflatingReader {
  #frames = new FrameReader();
  #window = Buffer.alloc(0);

  read(bytes, start, end) {
    return this.#frames.read(bytes, start, end).map(({ opcode, payload, deflated }) => {
      if (opcode !== TEXT || !deflated) throw new Error("a message came that is not compressed");
      const dictionary = this.#window.length > 0 ? { dictionary: this.#window } : {};
      const blocks = Buffer.concat([payload, TAIL]);
      const message = inflateRawSync(blocks, { ...dictionary, finishFlush });
      this.#window = Buffer.concat([this.#window, message]).subarray(-WINDOW);
      return message;
    });
  }
}

/** Resolves when these messages, and no others, came in their order. */
export function expectMessages(client, reader, messages) {
  const missing = [...messages];
  return new Promise((resolve, reject) => {
    client.onFailure = reject;
    client.onBytes = (bytes, start, end) => {
      for (const message of reader.read(bytes, start, end)) {
        if (!missing.shift()?.equals(message)) return reject(new Error("a message changed"));
      }
      if (missing.length === 0) resolve();
    };
  });
}

/** One message in flight on each connection, until each has had `count` back; resolves with their counters. */
export function exchange(clients, frames, opcode, count) {
  return Promise.all(
    clients.map((client, index) => {
      const counter = new AnySizeCounter(opcode);
      let received = 0;
      return new Promise((resolve) => {
        client.onBytes = (bytes, start, end) => {
          const came = counter.count(bytes, start, end);
          received += came;
          if (received === count) resolve(counter);
          else if (came > 0) client.write(frames[(index + received) % frames.length]);
        };
        client.write(frames[index % frames.length]);
      });
    }),
  );
}
