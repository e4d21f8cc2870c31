/**
 * What a server on this machine costs: the CPU time and the memory of the processes behind a port. They
 * are found through /proc, which Linux has; elsewhere somebody has to name them.
 */
import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { readMemory } from "../conform/memory.ts";

const run = promisify(execFile);

/** What processes have used up to now, together. */
export interface Usage {
  /** Milliseconds of CPU time. */
  readonly cpu: number;
  /** Resident bytes. */
  readonly memory: number;
}

/** Undefined when none of them can be seen. */
export async function readUsage(pids: readonly number[]): Promise<Usage | undefined> {
  const each = await Promise.all(pids.map(readOne));
  const seen = each.filter((one) => one !== undefined);
  if (seen.length === 0) return undefined;
  const sum = (field: keyof Usage) => seen.reduce((total, one) => total + one[field], 0);
  return { cpu: sum("cpu"), memory: sum("memory") };
}

async function readOne(pid: number): Promise<Usage | undefined> {
  const [cpu, memory] = await Promise.all([readCpu(pid), readMemory(pid)]);
  return cpu === undefined || memory === undefined ? undefined : { cpu, memory };
}

async function readCpu(pid: number): Promise<number | undefined> {
  return (await readCpuFromProc(pid)) ?? (await readCpuFromPs(pid));
}

/** Milliseconds of one tick: the kernel tells programs of hundredths of a second, whatever its own clock. */
const TICK = 10;

async function readCpuFromProc(pid: number): Promise<number | undefined> {
  const stat = await readStat(pid);
  return stat && (Number(stat[11]) + Number(stat[12])) * TICK;
}

/** The fields behind the name, which may hold anything: state, parent's id, … (proc(5)). */
async function readStat(pid: number): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** `[[days-]hours:]minutes:seconds`, with hundredths on some systems. */
async function readCpuFromPs(pid: number): Promise<number | undefined> {
  const answer = await run("ps", ["-o", "time=", "-p", String(pid)]).catch(() => undefined);
  return readPsTime(answer?.stdout.trim() ?? "");
}

export function readPsTime(text: string): number | undefined {
  const found = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!found) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  if (days === undefined || hours === undefined || minutes === undefined) return undefined;
  return ((days * 24 + hours) * 60 + minutes) * 60_000 + (seconds ?? 0) * 1000;
}

export function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.startsWith("127.")) return true;
  const addresses = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
  return addresses.some(({ address }) => address === host);
}

/** The processes that listen on a port, and those they started; none where that cannot be seen. */
export async function findServers(port: number): Promise<readonly number[]> {
  const inodes = await findListeners(port);
  if (inodes.size === 0) return [];
  const pids = (await list("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const holders = await keep(pids, (pid) => holds(pid, inodes));
  return addChildren(holders, pids);
}

/** `st` of a socket that listens, in /proc/net/tcp (proc(5)). */
const LISTENS = "0A";

async function findListeners(port: number): Promise<ReadonlySet<string>> {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local = "", , state] = fields;
      if (local.endsWith(end) && state === LISTENS) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return inodes;
}

async function holds(pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const name of await list(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (inodes.has(target)) return true;
  }
  return false;
}

/** A primary holds the port for workers that do the work. We are none of them, if one started us. */
async function addChildren(
  holders: readonly number[],
  pids: readonly number[],
): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const pid of pids) parents.set(pid, Number((await readStat(pid))?.[1]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined &&
    pid !== process.pid &&
    (holders.includes(pid) || isBelow(parents.get(pid)));
  return pids.filter((pid) => isBelow(pid));
}

async function keep<T>(
  items: readonly T[],
  isWanted: (item: T) => Promise<boolean>,
): Promise<readonly T[]> {
  const wanted = await Promise.all(items.map(isWanted));
  return items.filter((_, at) => wanted[at]);
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
