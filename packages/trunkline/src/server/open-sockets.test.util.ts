/** Everything that an open socket must keep over each transport: run once for each, in a process of its own. */
import { describe } from "node:test";
import { cert, key } from "../testing/certificate.test.util.ts";
import { describeOutgoing } from "./outgoing.test.util.ts";
import { describePrograms } from "./programs.test.util.ts";
import { type Start, start } from "./raw-peer.test.util.ts";
import { describeReadBlock } from "./read-block.test.util.ts";
import { describeTakeover } from "./takeover.test.util.ts";

const startSecure: Start = (t, routes, options) =>
  start(t, routes, { ...options, tls: { key, cert } });

export function describeOpenSockets(): void {
  describeTakeover();
  for (const [name, startServer] of [
    ["over TCP", start],
    ["over TLS", startSecure],
  ] as const) {
    describe(name, () => {
      describeReadBlock(startServer);
      describeOutgoing(startServer);
    });
  }
  describePrograms();
}
