/** A line on a terminal that says how far the run is; elsewhere nothing. */
import type { Verdict } from "./case.ts";

const WIDTH = 30;

export interface Progress {
  add(verdict: Verdict): void;
  /** Takes the line away. */
  end(): void;
}

export function createProgress(
  output: { write(text: string): unknown; readonly isTTY?: boolean },
  total: number,
): Progress {
  if (output.isTTY !== true) return { add() {}, end() {} };
  let done = 0;
  let failures = 0;
  return {
    add(verdict) {
      done++;
      if (verdict === "fail") failures++;
      output.write(`\r${formatLine(done, total, failures)}`);
    },
    end() {
      output.write("\r\x1b[2K");
    },
  };
}

function formatLine(done: number, total: number, failures: number): string {
  const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH);
  const bar = "#".repeat(filled).padEnd(WIDTH, ".");
  return `[${bar}] ${done} of ${total}${failures === 0 ? "" : `, ${failures} failed`}`;
}
