import assert from "node:assert/strict";
import { test } from "node:test";
import { createBasicAuth } from "./basic-auth.ts";

const judge = createBasicAuth("ada:pass:wörd");
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

const cases = [
  [undefined, "missing"],
  ["", "missing"],
  ["Bearer YTpi", "missing"],
  ["Basic", "missing"],
  ["Basic !!", "missing"],
  [basic("ada:pass:wörd"), "right"],
  [basic("ada:pass:wörd").replace("Basic", "bAsIc"), "right"],
  [basic("ada:pass"), "wrong"],
  [basic("ada:pass:wörd2"), "wrong"],
  [basic(""), "missing"],
  [basic("Ada:pass:wörd"), "wrong"],
  [`Basic ${"A".repeat(100_000)}`, "wrong"],
] as const;

for (const [header, verdict] of cases) {
  test(`"${String(header).slice(0, 40)}" is ${verdict}`, () => {
    assert.equal(judge(header), verdict);
  });
}
