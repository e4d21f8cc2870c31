/** Bytes on the wire for each of a thousand JSON messages that are alike, on one connection. */
import { COMPRESSED_TEXT, deflatedFrames, exchange, openDeflating } from "../lib/deflated.mjs";

export { start } from "../lib/deflated.mjs";
export { verify } from "./deflate-echo.mjs";

const MESSAGES = 1000;

export async function measure(server, row) {
  const [client] = await openDeflating(server, "/echo", 1, row);
  const frames = deflatedFrames(row.size, MESSAGES);
  const [counter] = await exchange([client], frames, COMPRESSED_TEXT, MESSAGES);
  client.reset();
  return { value: counter.payloads / MESSAGES };
}
