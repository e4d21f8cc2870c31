/** The suite against the library's own server: each case is to the letter. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Server, serve } from "trunkline/server";
import { isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { runCases } from "./runner.ts";
import { ServerUnderTest } from "./server-under-test.ts";

describe("the library's server", () => {
  let server: Server;
  before(async () => {
    server = await serve({
      port: 0,
      routes: { "/echo": { origins: "any", message: (socket, data) => void socket.send(data) } },
      logger: {},
    });
  });
  after(() => server.close({ timeout: 0 }));

  for (const group of makeGroups()) {
    it(`passes each case of ${group.name}`, async () => {
      const url = new URL(`ws://localhost:${server.port}/echo`);
      const tested = new ServerUnderTest({ url, wait: 5000, maxMessageSize: 2 ** 24 });
      const cases = group.cases.filter((one) => isFor(one, "server"));
      const results = await runCases(cases, { play: (one) => tested.play(one), atOnce: 16 });
      const others = results.filter(({ verdict }) => verdict !== "pass");
      assert.deepEqual(
        others.map(({ case: { id }, verdict, came }) => `${verdict} ${id}: ${came}`),
        [],
      );
    });
  }
});
