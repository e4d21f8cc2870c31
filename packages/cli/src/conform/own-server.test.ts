/** The suite against the command's own echo, in a process of its own: each case is to the letter. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { it } from "node:test";
import { portOf, runCommand } from "../serve/running-command.test.util.ts";
import { isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { runCases } from "./runner.ts";
import { ServerUnderTest } from "./server-under-test.ts";

/** What is not to the letter, and why. */
const DEVIATIONS = new Set([
  // node:http takes "Upgrade" with a tab behind it for no upgrade, and hands over a plain request.
  "tolerated handshake/connection-tab-behind: HTTP/1.1 426 Upgrade Required, not a 101",
]);

it("the server of this library passes each case to the letter", async (t) => {
  const command = runCommand(t, tmpdir(), ["serve", "-p", "0", "--log-level", "error"]);
  const tested = new ServerUnderTest({
    url: new URL(`ws://localhost:${await portOf(command)}/echo`),
    wait: 10_000,
    maxMessageSize: 2 ** 24,
    pid: command.pid,
  });
  const cases = makeGroups()
    .flatMap((group) => group.cases)
    .filter((one) => isFor(one, "server"));
  const results = await runCases(cases, { play: (one) => tested.play(one), atOnce: 16 });
  const others = results
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ case: { id }, verdict, came }) => `${verdict} ${id}: ${came}`)
    // Until the server negotiates permessage-deflate, which it is then held to.
    .filter((line) => !/^informational .* declined/.test(line));
  assert.deepEqual(new Set(others), DEVIATIONS);
});
