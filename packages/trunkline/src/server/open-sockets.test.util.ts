/** Everything that an open socket must keep over each transport: run once for each, in a process of its own. */
import { describeTakeover } from "./takeover.test.util.ts";

export function describeOpenSockets(): void {
  describeTakeover();
}
