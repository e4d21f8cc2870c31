/** The resident memory of another process of this machine: from /proc where there is one, else from `ps`. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Bytes; undefined when the process cannot be seen. */
export async function readMemory(pid: number): Promise<number | undefined> {
  const kibibytes = (await readFromProc(pid)) ?? (await readFromPs(pid));
  return kibibytes === undefined ? undefined : kibibytes * 1024;
}

async function readFromProc(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return found === undefined ? undefined : Number(found);
}

async function readFromPs(pid: number): Promise<number | undefined> {
  const answer = await run("ps", ["-o", "rss=", "-p", String(pid)]).catch(() => undefined);
  const kibibytes = Number.parseInt(answer?.stdout ?? "", 10);
  return Number.isNaN(kibibytes) ? undefined : kibibytes;
}
