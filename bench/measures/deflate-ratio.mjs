/** Bytes on the wire for each of a thousand JSON messages that are alike, on one connection. */
import { jsonMessage } from "../lib/contents.mjs";
import { COMPRESSED_TEXT, deflatedFrame, openDeflating } from "../lib/deflated.mjs";
import { AnySizeCounter } from "../lib/frames.mjs";

export { start } from "../lib/deflated.mjs";
export { verify } from "./deflate-echo.mjs";

const MESSAGES = 1000;

export async function measure(server, row) {
  const [client] = await openDeflating(server, "/echo", 1, row);
  const counter = new AnySizeCounter(COMPRESSED_TEXT);
  const frame = (seed) => deflatedFrame(jsonMessage(row.size, seed));
  let received = 0;
  await new Promise((resolve) => {
    client.onBytes = (bytes, start, end) => {
      const count = counter.count(bytes, start, end);
      received += count;
      if (received === MESSAGES) return resolve();
      if (count > 0) client.write(frame(received));
    };
    client.write(frame(0));
  });
  client.reset();
  return { value: counter.payloads / MESSAGES };
}
