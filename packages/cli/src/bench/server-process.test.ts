import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { findServers, isThisMachine, readPsTime, readUsage } from "./server-process.ts";

/** A server that starts a process of its own, which says its number once the port is open. */
const SERVER = `
const { spawn } = require("node:child_process");
const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
  console.log(server.address().port + " " + child.pid);
});
process.stdin.resume().on("end", () => process.exit());
`;

describe("the processes of a server", () => {
  it("are those that listen on its port, and those they started", async (t) => {
    if (process.platform !== "linux") return t.skip("only Linux has /proc");
    const child = spawn(process.execPath, ["-e", SERVER]);
    t.after(() => child.kill("SIGKILL"));
    const [line] = await once(child.stdout, "data");
    const [port, grandchild] = String(line).trim().split(" ").map(Number);
    const found = await findServers(Number(port));
    assert.deepEqual([...found].sort(), [child.pid, grandchild].sort());
    child.stdin.end();
    await once(child, "close");
    assert.deepEqual(await findServers(Number(port)), []);
  });

  it("have used time and memory", async () => {
    const before = await readUsage([process.pid]);
    const end = performance.now() + 60;
    while (performance.now() < end);
    const after = await readUsage([process.pid]);
    assert.ok(before && after && after.cpu > before.cpu && after.memory > 1_000_000);
    const twice = await readUsage([process.pid, process.pid]);
    assert.ok(twice && twice.cpu >= 2 * after.cpu);
  });

  it("cannot be seen when they are not there", async () => {
    assert.equal(await readUsage([]), undefined);
    assert.equal(await readUsage([2 ** 30]), undefined);
  });

  it("are looked for on this machine only", () => {
    const own = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
    const addresses = own.map(({ address }) => address);
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", ...addresses]) {
      if (host === "[::1]" && !addresses.includes("::1")) continue;
      assert.equal(isThisMachine(host), true, host);
    }
    for (const host of ["example.com", "192.0.2.1", "[2001:db8::1]"]) {
      assert.equal(isThisMachine(host), false, host);
    }
  });

  it("have times as ps writes them", () => {
    assert.deepEqual(["0:00.02", "12:34", "01:02:03", "2-01:02:03", "", "x"].map(readPsTime), [
      20,
      754_000,
      3_723_000,
      176_523_000,
      undefined,
      undefined,
    ]);
  });
});
