/** The same `ws` with its optional native addons, for the rows where masking is what costs. */
import { createRequire } from "node:module";

createRequire(import.meta.url).resolve("bufferutil");
await import("./ws.mjs");
