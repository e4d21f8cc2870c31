import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Member, Members } from "./members.ts";

fc.configureGlobal({ seed: 6455 });

class One implements Member {
  place = 0;
}

describe("members", () => {
  it("are those who came and did not go, whatever the order", () => {
    const acts = fc.array(fc.tuple(fc.boolean(), fc.nat(9)));
    fc.assert(
      fc.property(acts, (list) => {
        const all = Array.from({ length: 10 }, () => new One());
        const members = new Members<One>();
        const model = new Set<One>();
        for (const [comes, at] of list) {
          if (comes) members.add(all[at]);
          else members.delete(all[at]);
          if (comes) model.add(all[at]);
          else model.delete(all[at]);
          assert.equal(members.size, model.size);
        }
        assert.deepEqual(new Set(members), model);
        for (const one of all) assert.equal(members.has(one), model.has(one));
      }),
    );
  });

  it("are all met in a walk, whoever goes or comes meanwhile", () => {
    const walks = fc.tuple(
      fc.nat(9),
      fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 9 }),
    );
    fc.assert(
      fc.property(walks, ([count, acts]) => {
        const all = Array.from({ length: 10 }, () => new One());
        const members = new Members<One>();
        for (const one of all.slice(0, count)) members.add(one);
        const touched = new Set<One>();
        const met = new Set<One>();
        for (const one of members) {
          assert.ok(members.has(one));
          met.add(one);
          const act = acts.pop();
          if (act === undefined) continue;
          const other = all[act[0]];
          touched.add(other);
          if (act[1]) members.add(other);
          else members.delete(other);
        }
        for (const one of all.slice(0, count)) assert.ok(met.has(one) || touched.has(one));
      }),
    );
  });
});
