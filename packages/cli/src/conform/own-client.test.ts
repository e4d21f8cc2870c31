/**
 * The suite against the library's own client, in a process of its own: each case is to the letter. Once as it
 * is, which takes contexts over; then what compression changes, without it.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import { isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { runClient } from "./client-process.test.util.ts";
import { ClientUnderTest } from "./client-under-test.ts";
import { selectCases } from "./selection.ts";

/** What is not to the letter, and why. */
const DEVIATIONS = [
  // node:http refuses folded fields in answers.
  "tolerated answer/folded: the end of the stream: it did not open",
];

const COMPRESSION = ["agreement", "compression", "deflate", "reserved/rsv-*", "endurance/bomb-*"];
const CASES = makeGroups()
  .flatMap((group) => group.cases)
  .filter((one) => isFor(one, "client"));

/** Lines for what is no pass, in the order of the suite. */
async function play(
  perMessageDeflate: boolean,
  only?: readonly string[],
): Promise<readonly string[]> {
  const { cases } = selectCases(CASES, only ? { only } : {});
  const parts = { host: "localhost", port: 0, wait: 10_000, maxMessageSize: 2 ** 24 };
  const tested = new ClientUnderTest({ ...parts, cases });
  const [{ results }] = await Promise.all([
    tested.done,
    runClient(await tested.listen(), { perMessageDeflate }),
  ]);
  await tested.close();
  return results
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ case: { id }, verdict, came }) => `${verdict} ${id}: ${came}`);
}

it("the client passes each case to the letter", async () => {
  assert.deepEqual(await play(true), DEVIATIONS);
});

it("the client without compression offers none, and is right in all else", async () => {
  const others = await play(false, COMPRESSION);
  assert.ok(others.length > 300);
  assert.deepEqual(
    others.filter((line) => !line.endsWith("the client does not offer what the case plays")),
    [],
  );
});
