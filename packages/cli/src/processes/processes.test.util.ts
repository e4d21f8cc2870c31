/** For tests: which processes a process has, from Linux's own table, and a log that is kept. */
import { readdirSync, readFileSync } from "node:fs";
import type { Logger } from "../log.ts";

export const hasProcessTable: boolean = process.platform === "linux";

/** The processes that `pid` started and that still run, zombies excepted. */
export function childrenOf(pid: number | undefined): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

export function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** A process that was told to end needs a moment, however long that is; the test's own limit bounds it. */
export async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

/** Field 4 of the table, after the name in brackets, which may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] =
      readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return state === "Z" ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

export interface KeptLog {
  readonly log: Logger;
  /** As "error text". */
  readonly lines: readonly string[];
  /** Settles with the line when one that matches was or is logged. */
  line(pattern: RegExp): Promise<string>;
}

export function keepLog(): KeptLog {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const at =
    (level: string) =>
    (...parts: readonly unknown[]) => {
      lines.push([level, ...parts].join(" "));
      for (const look of waiting) look();
    };
  const log = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = lines.find((one) => pattern.test(one));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { log, lines, line };
}
