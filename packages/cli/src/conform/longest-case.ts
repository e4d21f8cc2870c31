/** No case takes longer than this, whatever it does, in either direction. */
import type { Finding } from "./case.ts";
import { failed } from "./outcomes.ts";

/** Milliseconds. */
const LONGEST_CASE = 60_000;

/** What the case finds, or that it took too long. */
export async function bounded(work: Promise<Finding>): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      resolve,
      LONGEST_CASE,
      failed("the case did not come to its end within a minute"),
    );
  });
  try {
    return await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
