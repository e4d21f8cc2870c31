/** The WebSocket for TypeScript: client and server. */
export * from "./client/index.ts";
export * from "./server/index.ts";
