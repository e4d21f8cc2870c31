// Each group of the conformance suite finds a small fault that is put into our own code.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeGroups } from "../packages/cli/dist/conform/cases/index.js";
import { mutations, play } from "./conform/mutations.mjs";

describe("the conformance suite", () => {
  it("has a mutation for each of its groups", () => {
    assert.deepEqual(
      mutations.map(({ group }) => group).sort(),
      makeGroups()
        .map(({ name }) => name)
        .sort(),
    );
  });

  for (const mutation of mutations) {
    it(`finds, in ${mutation.group}, that ${mutation.what}`, async () => {
      assert.deepEqual(await play(mutation, { mutated: false }), []);
      const failed = await play(mutation, { mutated: true });
      assert.ok(failed.length > 0, "no case failed");
    });
  }
});
