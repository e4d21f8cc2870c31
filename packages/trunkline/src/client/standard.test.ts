import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { standardCases } from "./standard-cases.test.util.ts";
import { startStandardServer } from "./standard-peers.test.util.ts";
import { WebSocket } from "./websocket.ts";

// The cases are a page's: it stands at a URL.
before(() => {
  const location = { href: "http://127.0.0.1:9998/page" };
  Object.defineProperty(globalThis, "location", { value: location, configurable: true });
});
after(() => Reflect.deleteProperty(globalThis, "location"));

// Only a failure waits this long.
const timeout = 10_000;

for (const { algorithm, name, run, expected, ours } of standardCases) {
  test(`${algorithm}: ${name}`, { timeout }, async (context) => {
    const { url } = await startStandardServer(context);
    const outcome = await run({ WebSocket, server: url.replace(/\/$/, "") });
    // As the browser's come: undefined is null there.
    assert.deepEqual(
      JSON.parse(JSON.stringify(outcome ?? null)),
      ours === undefined ? expected : ours.gives,
    );
  });
}

test("no two cases have one name, and no difference is none", () => {
  const names = standardCases.map(({ algorithm, name }) => `${algorithm}: ${name}`);
  assert.equal(new Set(names).size, names.length);
  for (const { expected, ours, chromium } of standardCases) {
    if (ours !== undefined) assert.notDeepEqual(ours.gives, expected);
    if (chromium !== undefined) assert.notDeepEqual(chromium.gives, expected);
  }
});

test("the docs tell each difference", () => {
  const docs = readFileSync(new URL("../../../../docs/client.md", import.meta.url), "utf8");
  const [, section = ""] = docs.split("## Differences from browsers");
  for (const { ours, chromium } of standardCases) {
    for (const difference of [ours, chromium]) {
      if (difference !== undefined)
        assert.ok(section.includes(difference.because), difference.because);
    }
  }
});
