/** All groups, in the order of the report. */
import type { Group } from "../case.ts";
import { agreement } from "./agreement.ts";
import { answer } from "./answer/index.ts";
import { close } from "./close.ts";
import { compression } from "./compression.ts";
import { deflate } from "./deflate.ts";
import { endurance } from "./endurance/index.ts";
import { fragmentation } from "./fragmentation.ts";
import { framing } from "./framing.ts";
import { handshake } from "./handshake/index.ts";
import { limits } from "./limits.ts";
import { negotiation } from "./negotiation.ts";
import { pings } from "./pings.ts";
import { reserved } from "./reserved.ts";
import { throughput } from "./throughput.ts";
import { utf8 } from "./utf8.ts";

/** Made anew at each call; a case holds its payloads, so a process makes them once. */
export function makeGroups(): readonly Group[] {
  return [
    handshake(),
    answer(),
    framing(),
    pings(),
    reserved(),
    fragmentation(),
    utf8(),
    close(),
    // Before what fills the tested process's memory for good, so that its growth is seen.
    endurance(),
    limits(),
    negotiation(),
    agreement(),
    compression(),
    deflate(),
    throughput(),
  ];
}
