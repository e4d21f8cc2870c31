/** Everything that an open socket must keep over each transport: run once for each, in a process of its own. */
import { describeOutgoing } from "./outgoing.test.util.ts";
import { describePrograms } from "./programs.test.util.ts";
import { describeReadBlock } from "./read-block.test.util.ts";
import { describeTakeover } from "./takeover.test.util.ts";

export function describeOpenSockets(): void {
  describeTakeover();
  describeReadBlock();
  describeOutgoing();
  describePrograms();
}
