/**
 * A client's own cost: what it takes to receive messages that come without a pause, or to send them
 * in a loop. The client is the measured process; its peer is bytes prepared by the bench.
 */
import { distinctPayload, plainPayload } from "../lib/contents.mjs";
import { measureCost } from "../lib/cost.mjs";
import { BINARY, FrameReader, plainFrame, TEXT } from "../lib/frames.mjs";
import { RawPeer } from "../lib/raw-peer.mjs";
import { ServerProcess } from "../lib/server-process.mjs";

const BATCHES_AHEAD = 3;
const VERIFIED_BYTES = 4 * 1024 * 1024;
const GO = plainFrame(TEXT, Buffer.from("."));

export async function start(name, row) {
  return startClient(name, row, row.mode);
}

async function startClient(name, { binaryType, size, batch }, mode) {
  const peer = await RawPeer.listen();
  const args = [peer.port, mode, binaryType, size, batch].map(String);
  const client = await ServerProcess.start(`clients/${name}.mjs`, args);
  await peer.opened;
  return {
    name,
    peer,
    count: 0,
    started: false,
    cpu: () => client.cpu(),
    async stop() {
      await client.stop();
      peer.close();
    },
  };
}

export async function measure(client, row, seconds) {
  if (!client.started) begin(client, row);
  client.started = true;
  client.resume();
  const { value } = await measureCost(client, seconds, () => client.count);
  client.pause();
  return { value };
}

/** Each batch that is done asks for the next, but while another program is being measured. */
function begin(client, row) {
  const { peer } = client;
  const batch = row.mode === "send" ? GO : framesOf(row);
  const sign = row.mode === "send" ? new SizeCounter(row) : new SizeCounter(ACK);
  let idle = BATCHES_AHEAD;
  let running = false;
  client.resume = () => {
    running = true;
    for (; idle > 0; idle--) peer.write(batch);
  };
  client.pause = () => {
    running = false;
  };
  const perSign = row.mode === "send" ? 1 : row.batch;
  let pending = 0;
  peer.onBytes = (bytes, start, end) => {
    const count = sign.count(bytes, start, end) * perSign;
    client.count += count;
    for (pending += count; pending >= row.batch; pending -= row.batch) {
      if (running) peer.write(batch);
      else idle++;
    }
  };
}

const ACK = { binaryType: "text", size: 1 };

function opcodeOf({ binaryType }) {
  return binaryType === "text" ? TEXT : BINARY;
}

function framesOf(row) {
  return Buffer.concat(Array(row.batch).fill(plainFrame(opcodeOf(row), plainPayload(row.size))));
}

/** Counts masked frames by their size alone: the keys differ. */
class SizeCounter {
  #total;
  #bytes = 0;

  constructor({ size }) {
    this.#total = size + (size < 126 ? 6 : size < 65_536 ? 8 : 14);
  }

  count(_bytes, start, end) {
    this.#bytes += end - start;
    const count = Math.floor(this.#bytes / this.#total);
    this.#bytes -= count * this.#total;
    return count;
  }
}

/** The untimed pass: a second client sends back what it gets, each message with its own contents. */
export async function verify({ name }, row) {
  const client = await startClient(name, row, "echo");
  const opcode = opcodeOf(row);
  const count = Math.min(2000, Math.ceil(VERIFIED_BYTES / row.size));
  const payloads = Array.from({ length: count }, (_, seed) =>
    distinctPayload(opcode, row.size, seed),
  );
  const reader = new FrameReader();
  let received = 0;
  try {
    await new Promise((resolve, reject) => {
      client.peer.onBytes = (bytes, start, end) => {
        for (const frame of reader.read(bytes, start, end)) {
          const same = frame.opcode === opcode && frame.payload.equals(payloads[received++]);
          if (!same) return reject(new Error(`message ${received} of ${name}'s client changed`));
        }
        if (received === count) resolve();
      };
      for (const payload of payloads) client.peer.write(plainFrame(opcode, payload));
    });
  } finally {
    await client.stop();
  }
}
