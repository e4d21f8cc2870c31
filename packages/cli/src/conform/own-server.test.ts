/**
 * The suite against the library's own server, in a process of its own: each case is to the letter. Once as it
 * is; then what compression changes, with a context taken over, and without compression.
 */
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { startEcho } from "./echo-process.test.util.ts";
import { runCases } from "./runner.ts";
import { selectCases } from "./selection.ts";
import { ServerUnderTest } from "./server-under-test.ts";

/** What is not to the letter, and why. */
const DEVIATIONS = [
  // node:http takes "Upgrade" with a tab behind it for no upgrade, and hands over a plain request.
  "tolerated handshake/connection-tab-behind: HTTP/1.1 426 Upgrade Required, not a 101",
];

const COMPRESSION = ["negotiation", "compression", "deflate", "reserved/rsv-*", "endurance/bomb-*"];
const CASES = makeGroups()
  .flatMap((group) => group.cases)
  .filter((one) => isFor(one, "server"));

/** Lines for what is no pass, in the order of the suite. */
async function play(
  t: TestContext,
  perMessageDeflate: boolean | object,
  only?: readonly string[],
): Promise<readonly string[]> {
  const { port, pid } = await startEcho(t, { perMessageDeflate });
  const url = new URL(`ws://localhost:${port}/echo`);
  const tested = new ServerUnderTest({ url, wait: 10_000, maxMessageSize: 2 ** 24, pid });
  const { cases } = selectCases(CASES, only ? { only } : {});
  const results = await runCases(cases, { play: (one) => tested.play(one), atOnce: 16 });
  return results
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ case: { id }, verdict, came }) => `${verdict} ${id}: ${came}`);
}

it("the server passes each case to the letter", async (t) => {
  const others = await play(t, true);
  // By default no context is taken over: what needs one is played below.
  assert.deepEqual(
    others.filter((line) => !line.endsWith("no such context is taken over")),
    DEVIATIONS,
  );
});

it("the server that takes contexts over passes each case of compression to the letter", async (t) => {
  const keep = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  assert.deepEqual(await play(t, keep, COMPRESSION), []);
});

it("the server without compression declines each offer, and is right in all else", async (t) => {
  const others = await play(t, false, COMPRESSION);
  assert.ok(others.length > 300);
  assert.deepEqual(
    others.filter((line) => !/^informational .* declined/.test(line)),
    [],
  );
});
