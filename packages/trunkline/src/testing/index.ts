/**
 * `trunkline/testing`: a client on a server without a port, a clock moved by hand, a wire in memory,
 * and Node's `Runtime` for the core.
 */
export type { Clock, Timer } from "../connection/clock.ts";
export { nodeRuntime } from "../connection/node-runtime.ts";
export type { Receiver, Transport } from "../connection/transport.ts";
export { type ConnectOptions, connectTo } from "./connect-to.ts";
export { ManualClock } from "./manual-clock.ts";
export { type Fault, type MemoryPairOptions, MemoryTransport, memoryPair } from "./memory-pair.ts";
