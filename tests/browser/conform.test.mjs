// @ts-check
// The page with which `trunkline conform client` tests a browser: it plays what has no verdict yet, and a
// refused handshake makes it wait for nothing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { makeGroups } from "../../packages/cli/dist/conform/cases/index.js";
import { ClientUnderTest } from "../../packages/cli/dist/conform/client-under-test.js";
import { WebSocket } from "../../packages/trunkline/dist/index.js";
import { openBrowser, skip } from "./harness.mjs";

const ids = ["framing/text-1-whole", "answer/status-404", "answer/accept-empty", "close/code-1000"];

describe("the page for browsers", { skip }, () => {
  it("plays each case once, and goes on where it stopped when it is opened again", async (t) => {
    /** @type {string[]} */
    const played = [];
    const cases = makeGroups()
      .flatMap((group) => group.cases)
      .filter(({ id }) => ids.includes(id));
    const tested = new ClientUnderTest({
      cases,
      host: "127.0.0.1",
      port: 0,
      wait: 10_000,
      onResult: ({ case: { id } }) => played.push(id),
    });
    const url = `http://127.0.0.1:${await tested.listen()}/`;
    t.after(() => tested.close());
    const browser = await openBrowser();
    t.after(() => browser.close());
    // As another page would have, before it was closed.
    const at = cases.findIndex(({ id }) => id === "close/code-1000");
    await once(new WebSocket(`${url.replace("http", "ws")}case/${at + 1}`), "close");

    const page = await browser.newPage();
    await page.goto(url);
    const { results } = await tested.done;
    await page.getByText("Done: 0 of 4 failed.").waitFor();
    assert.deepEqual([...played].sort(), [...ids].sort());
    assert.equal(played[0], "close/code-1000");
    assert.deepEqual(
      results.map(({ verdict }) => verdict),
      ids.map(() => "pass"),
    );
  });
});
