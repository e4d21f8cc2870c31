import assert from "node:assert/strict";
import { test } from "node:test";
import { withLocation } from "./location.test.util.ts";
import { baseUrl } from "./location.ts";

test("there is no base where no location is", () => {
  assert.equal("location" in globalThis, false);
  assert.equal(baseUrl(), undefined);
});

for (const [location, expected] of [
  [{ href: "http://localhost:3000/app/" }, "http://localhost:3000/app/"],
  [new URL("https://example.com/"), "https://example.com/"],
  [{ href: "about:blank" }, "about:blank"],
  [{ href: "" }, undefined],
  [{ href: 7 }, undefined],
  [{}, undefined],
  [null, undefined],
  [undefined, undefined],
] as const) {
  test(`a location of ${JSON.stringify(location)} gives ${expected} as the base`, () => {
    withLocation(location, () => assert.equal(baseUrl()?.href, expected));
  });
}
