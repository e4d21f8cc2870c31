// The benchmark in a Worker: takes one plan, gives results, then says that it is done. The page ends it.
import { measure } from "./measure.ts";
import type { Plan, Result } from "./plan.ts";

/** What a Worker tells its page. */
export type Told =
  | { readonly result: Result }
  | { readonly done: true }
  | { readonly error: string };

function tell(told: Told): void {
  postMessage(told);
}

addEventListener("message", async ({ data: plan }: MessageEvent<Plan>) => {
  try {
    await measure(plan, (result) => tell({ result }), new AbortController().signal);
    tell({ done: true });
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) });
  }
});
