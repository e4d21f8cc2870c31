import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes } from "../testing/frames.test.util.ts";
import { wireCases } from "../testing/wire-cases.test.util.ts";
import { isSendableCode, MAX_REASON_BYTES } from "./close.ts";
import { type Failure, failures } from "./failures.ts";

const catalogue: readonly (readonly [string, Failure])[] = Object.entries(failures);

/** About how a frame comes, and each row of the table comes in many ways: `reader.test.ts` shows it. */
const shownElsewhere = ["tooManyPieces"];

for (const [name, { code, reason, section }] of catalogue) {
  test(`${name} can travel in a Close frame, and names its rule`, () => {
    assert.ok(isSendableCode(code));
    assert.ok(reason.length > 0 && toBytes(reason).length <= MAX_REASON_BYTES);
    assert.match(section, /^(RFC 7692, )?\d+(\.\d+)*$/);
  });

  if (shownElsewhere.includes(name)) continue;
  test(`${name} is shown by a row of the case table`, () => {
    const shown = wireCases.some(({ expected }) => {
      const last = expected.at(-1);
      return last?.type === "fail" && last.failure.reason === reason;
    });
    assert.ok(shown);
  });
}

test("each failure has a reason of its own", () => {
  assert.equal(new Set(catalogue.map(([, failure]) => failure.reason)).size, catalogue.length);
});
