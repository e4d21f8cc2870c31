import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

  it("are met once in a walk, whoever goes or comes meanwhile", () => {
    const walks = fc.tuple(
      fc.nat(9),
      fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 9 }),
    );
    fc.assert(
      fc.property(walks, ([count, acts]) => {
        const all = Array.from({ length: 10 }, () => new One());
        const members = new Members<One>();
        for (const one of all.slice(0, count)) members.add(one);
        const gone = new Set<One>();
        const met: One[] = [];
        for (const one of members) {
          assert.ok(members.has(one));
          met.push(one);
          const [at, comes] = acts.pop() ?? [0, true];
          if (comes) members.add(all[at]);
          else members.delete(all[at]);
          if (!comes) gone.add(all[at]);
        }
        assert.equal(new Set(met).size, met.length);
        for (const one of met) assert.ok(all.indexOf(one) < count, "it came meanwhile");
        for (const one of all.slice(0, count)) assert.ok(met.includes(one) || gone.has(one));
      }),
    );
  });

  it("leave nothing behind that a minor collection cannot free", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options?: { readonly type: "minor" }) => void;
    const members = new Members<One>();
    const stays = new One();
    members.add(stays);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let batch = 0; batch < 400; batch++) {
      const ones = Array.from({ length: 50 }, () => Object.assign(new One(), { is: Array(100) }));
      for (const one of ones) members.add(one);
      for (const one of ones) members.delete(one);
    }
    collect({ type: "minor" });
    const left = process.memoryUsage().heapUsed - before;
    assert.ok(left < 1_000_000, `${left} bytes are left of 16 MB`);
    assert.equal(members.size, 1);
  });
});
