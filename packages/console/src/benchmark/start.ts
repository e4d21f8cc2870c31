// Runs a plan in this thread or in a Worker, and ends it when it is told to.
import { measure } from "./measure.ts";
import type { Plan, Result } from "./plan.ts";
import type { Told } from "./worker.ts";

/** Settles when the plan is done or `signal` aborted. @throws when the line breaks */
export function startMeasuring(
  plan: Plan,
  tell: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  return plan.thread === "main" ? measure(plan, tell, signal) : measureAside(plan, tell, signal);
}

async function measureAside(
  plan: Plan,
  tell: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => resolve());
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if ("result" in data) tell(data.result);
        else if ("done" in data) resolve();
        else reject(new Error(data.error));
      };
      worker.postMessage(plan);
    });
  } finally {
    worker.terminate();
  }
}
