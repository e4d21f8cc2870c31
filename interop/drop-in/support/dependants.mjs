/**
 * What every program here holds itself to, besides what it does: which `ws` its packages load, and
 * whose connections were opened. Started with the name of the package that has to be behind `ws`:
 * `@trunkline/ws`, or `ws` itself, for which the same is asserted the other way round.
 *
 * The connections are counted by a wrapper around `setSocket`, through which each of ours opens. It is
 * set here, so that nothing in the library counts for programs that do not ask.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const behind = process.argv[2];
const isSwapped = behind === "@trunkline/ws";
const require = createRequire(import.meta.url);
const counts = { server: 0, client: 0 };

assert.ok(isSwapped || behind === "ws", "name the package behind ws: ws or @trunkline/ws");
countOurs();

/** Asserts where each of these packages, and this folder itself, finds `ws`. */
export function assertLoads(...dependants) {
  for (const dependant of dependants) {
    const file = fileURLToPath(import.meta.resolve(dependant));
    assert.equal(nameOf(createRequire(file).resolve("ws")), behind, dependant);
  }
  assert.equal(nameOf(require.resolve("ws")), behind);
}

/** Asserts that at least as many ends of connections as named were ours, or none at all. */
export function assertOpened({ server = 0, client = 0 }) {
  if (!isSwapped) return assert.deepEqual(counts, { server: 0, client: 0 });
  assert.ok(counts.server >= server, `${counts.server} of ${server} on the server`);
  assert.ok(counts.client >= client, `${counts.client} of ${client} on the client`);
}

/** The package that a file belongs to, by its manifest. */
function nameOf(file) {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name;
}

/** Where `ws` is itself, the copy of ours that lies above this folder counts, and nobody comes to it. */
function countOurs() {
  const user = isSwapped ? require.resolve("ws") : import.meta.url;
  const { prototype } = createRequire(user)("trunkline/ws").WebSocket;
  const { setSocket } = prototype;
  prototype.setSocket = function (...given) {
    counts[this._isServer ? "server" : "client"] += 1;
    return setSocket.apply(this, given);
  };
}
