// Each group of the conformance suite finds a small fault that is put into our own code.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isFor } from "../packages/cli/dist/conform/case.js";
import { makeGroups } from "../packages/cli/dist/conform/cases/index.js";
import { mutations, play } from "./conform/mutations.mjs";

describe("the conformance suite", () => {
  it("has two mutations for each of its groups, and one in each role that the group is for", () => {
    for (const { name, cases } of makeGroups()) {
      const own = mutations.filter(({ group }) => group === name);
      assert.ok(own.length >= 2, name);
      for (const role of ["server", "client"]) {
        const isPlayed = cases.some((one) => isFor(one, role));
        assert.equal(
          own.some(({ tested }) => tested === role),
          isPlayed,
          `${name}, ${role}`,
        );
      }
    }
    const names = makeGroups().map(({ name }) => name);
    assert.deepEqual(
      mutations.filter(({ group }) => !names.includes(group)),
      [],
    );
  });

  for (const mutation of mutations) {
    it(`finds, in ${mutation.group} of a ${mutation.tested}, that ${mutation.what}`, async () => {
      assert.deepEqual(await play(mutation, { mutated: false }), []);
      const failed = await play(mutation, { mutated: true });
      assert.ok(failed.length > 0, "no case failed");
    });
  }
});
