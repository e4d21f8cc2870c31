/** Servers in other threads, other processes and poorer ones: a suite that runs over each transport. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pattern } from "../testing/frames.test.util.ts";
import { connect, type RawPeer } from "./raw-peer.test.util.ts";

/** More than Node needs to start, and less than it reserves for a WebAssembly memory with guards. KiB. */
const LIMIT = 3_000_000;
const PROGRAM = fileURLToPath(new URL("./echo-program.test.util.js", import.meta.url));

interface Program {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Runs the echo program until the test's end, and waits for its port. */
async function run(t: TestContext, command: readonly string[]): Promise<Program> {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const port = await Promise.race([
    once(child.stdout, "data").then(([line]) => Number(String(line))),
    exited.then(([code, signal]) => assert.fail(`it ended with ${code ?? signal}: ${errors}`)),
  ]);
  return { child, port };
}

function program(mode: string): string[] {
  return [process.execPath, PROGRAM, mode];
}

/** Node 22 ends every program that imports node:http where WebAssembly is not to be had. */
function canLoadHttp([file, ...args]: readonly string[]): boolean {
  const { status } = spawnSync(file, [...args, "--input-type=module", "-e", 'import "node:http"']);
  return status === 0;
}

const NO_HTTP = "this Node cannot import node:http itself here";

async function open(t: TestContext, port: number): Promise<RawPeer> {
  const peer = await connect(t, port);
  await peer.open("/echo");
  return peer;
}

/** Small, large, text and binary, to masked offsets of each kind. */
async function checkEcho(peer: RawPeer): Promise<void> {
  for (const size of [0, 1, 100, 300, 5000, 70_000, 1_000_003]) {
    const payload = pattern(size);
    peer.frame({ opcode: "binary", payload });
    const event = await peer.next();
    assert.ok(event.type === "binary" && Buffer.compare(event.data, payload) === 0);
    const text = "aé€𝄞".repeat(size / 10);
    peer.text(text);
    assert.deepEqual(await peer.next(), { type: "text", data: text });
  }
}

async function ask(peer: RawPeer, question: string): Promise<string> {
  peer.text(question);
  const event = await peer.next();
  return event.type === "text" ? event.data : event.type;
}

export function describePrograms(): void {
  describe("a server", () => {
    test("works in a worker thread", async (t) => {
      const { port } = await run(t, program("thread"));
      await checkEcho(await open(t, port));
    });

    test("works in the workers of a cluster", async (t) => {
      const { port } = await run(t, program("cluster"));
      const peers = await Promise.all([1, 2, 3, 4].map(() => open(t, port)));
      await Promise.all(peers.map(checkEcho));
      const workers = await Promise.all(peers.map((peer) => ask(peer, "who?")));
      assert.deepEqual([...new Set(workers)].sort(), ["1", "2"]);
    });

    test("does not keep its process alive once its socket and its listener are unref'd", async (t) => {
      const { child, port } = await run(t, program("unref"));
      const exited = once(child, "exit");
      await open(t, port);
      assert.deepEqual(await exited, [0, null]);
    });

    test("works where WebAssembly is forbidden", async (t) => {
      const node = [process.execPath, "--jitless", "--no-warnings"];
      if (!canLoadHttp(node)) return t.skip(NO_HTTP);
      const { port } = await run(t, [...node, PROGRAM, "alone"]);
      const peer = await open(t, port);
      assert.equal(await ask(peer, "has WebAssembly?"), "false");
      await checkEcho(peer);
    });

    // Some Node lines get their WebAssembly memory under this limit all the same, others do not.
    const skip = process.platform !== "linux" && "only Linux keeps to this limit";
    test("works where address space is limited", { skip }, async (t) => {
      const node = ["/bin/sh", "-c", `ulimit -v ${LIMIT} && exec "$0" "$@"`, process.execPath];
      if (!canLoadHttp(node)) return t.skip(NO_HTTP);
      const { port } = await run(t, [...node, PROGRAM, "alone"]);
      await checkEcho(await open(t, port));
    });
  });
}
