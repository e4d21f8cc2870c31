/** For tests: the library's client, in a process of its own, plays all cases of a suite as a client. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const PROGRAM = `
  import { WebSocket } from "trunkline";
  const [port, options] = process.argv.slice(1);
  const base = "localhost:" + port;
  const ask = async (path) => (await fetch("http://" + base + path)).json();
  const play = (number) => new Promise((done) => {
    const socket = new WebSocket("ws://" + base + "/case/" + number, JSON.parse(options));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = done;
  });
  for (const { number } of (await ask("/cases")).cases) await play(number);
  await ask("/report?agent=trunkline");
`;

/** Settles when the client has asked for the report. */
export async function runClient(
  port: number,
  options: { readonly perMessageDeflate: boolean },
): Promise<void> {
  const args = ["--input-type=module", "-e", PROGRAM, String(port), JSON.stringify(options)];
  const child = spawn(process.execPath, args, {
    cwd: new URL(".", import.meta.url),
    stdio: "inherit",
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the client ended with ${code}`);
}
