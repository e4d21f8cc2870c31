/** For tests: the library's server as an echo, in a process of its own. */
import { spawn } from "node:child_process";
import type { TestContext } from "node:test";
import type { ServeOptions } from "trunkline/server";

const PROGRAM = `
  import { serve } from "trunkline/server";
  const options = JSON.parse(process.argv[1]);
  const message = (socket, data) => void socket.send(data);
  const routes = { "/echo": { origins: "any", message } };
  const { port } = await serve({ port: 0, routes, logger: {}, ...options });
  process.stdout.write(String(port));
`;

/** Settles when it listens; it ends with the test. */
export function startEcho(
  t: TestContext,
  options: Pick<ServeOptions, "perMessageDeflate" | "maxMessageSize">,
): Promise<{ readonly port: number; readonly pid: number | undefined }> {
  const args = ["--input-type=module", "-e", PROGRAM, JSON.stringify(options)];
  const child = spawn(process.execPath, args, {
    cwd: new URL(".", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (text) => resolve({ port: Number(text), pid: child.pid }));
    child.once("exit", () => reject(new Error("the echo ended")));
  });
}
