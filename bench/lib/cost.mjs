import { setTimeout as delay } from "node:timers/promises";
import { WARM_UP } from "./warm-up.mjs";

/**
 * What a load that runs costs, once it has run for a while: the CPU time of the measured process for
 * each message that `count` counts, and how many came in a second.
 */
export async function measureCost(measured, seconds, count) {
  await delay(WARM_UP);
  const before = { cpu: measured.cpu(), count: count(), time: performance.now() };
  await delay(seconds * 1000);
  const cpu = measured.cpu() - before.cpu;
  const counted = count() - before.count;
  const elapsed = (performance.now() - before.time) / 1000;
  return { value: cpu / counted, perSecond: counted / elapsed };
}
