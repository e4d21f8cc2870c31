// @ts-check
// Runs one program of the documentation: `node run-snippet.mjs <file> [until-ended]`.
// A program that leaves a server listening would never end; once everything in it has gone well and the
// server listens, it has shown what it should, and ends here. With `until-ended` the caller ends it.
import { Server } from "node:net";
import { pathToFileURL } from "node:url";

const [, , file = "", until] = process.argv;

/** @type {Server[]} */
const servers = [];
const listen = Server.prototype.listen;
Server.prototype.listen = /** @type {typeof listen} */ (
  /**
   * @this {Server}
   * @param {Parameters<typeof listen>} args
   */
  function (...args) {
    servers.push(this);
    return listen.apply(this, args);
  }
);

await import(pathToFileURL(file).href);
if (until === undefined) for (const server of servers) endOnceListening(server);

/** @param {Server} server */
function endOnceListening(server) {
  if (server.listening) process.exit();
  server.once("listening", () => process.exit());
}
