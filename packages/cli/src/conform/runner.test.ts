import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Case, rfc6455 } from "./case.ts";
import { type Played, runCases } from "./runner.ts";

function makeCase(id: string, parts: Partial<Pick<Case, "alone" | "long">> = {}): Case {
  const play = async () => ({ verdict: "pass", came: "" }) as const;
  return {
    id,
    group: "g",
    slug: id,
    title: "",
    allowed: "",
    rule: rfc6455("1", ""),
    kind: "open",
    play,
    ...parts,
  };
}

const PASSED: Played = { verdict: "pass", came: "as expected", transcript: [], left: 0 };

/** Cases that end when they are told to. */
class Stage {
  readonly started: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly play = (one: Case): Promise<Played> => {
    this.started.push(one.id);
    return new Promise((resolve) => this.#ends.set(one.id, () => resolve(PASSED)));
  };
  async end(id: string): Promise<void> {
    this.#ends.get(id)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("runCases", () => {
  it("runs as many at once as it is told, and gives the results in the order of the cases", async () => {
    const stage = new Stage();
    const run = runCases(
      ["a", "b", "c"].map((id) => makeCase(id)),
      { play: stage.play, atOnce: 2 },
    );
    assert.deepEqual(stage.started, ["a", "b"]);
    await stage.end("b");
    assert.deepEqual(stage.started, ["a", "b", "c"]);
    await stage.end("c");
    await stage.end("a");
    assert.deepEqual(
      (await run).map((result) => result.case.id),
      ["a", "b", "c"],
    );
  });

  it("starts long cases first, beside the others, and runs those that want to be alone at the end", async () => {
    const stage = new Stage();
    const cases = [
      makeCase("a", { alone: true }),
      makeCase("b"),
      makeCase("c", { alone: true }),
      makeCase("d", { long: true }),
    ];
    const run = runCases(cases, { play: stage.play, atOnce: 1 });
    assert.deepEqual(stage.started, ["d", "b"]);
    await stage.end("b");
    assert.deepEqual(stage.started, ["d", "b"], "the long one is still running");
    await stage.end("d");
    assert.deepEqual(stage.started, ["d", "b", "a"]);
    await stage.end("a");
    assert.deepEqual(stage.started, ["d", "b", "a", "c"]);
    await stage.end("c");
    assert.deepEqual(
      (await run).map((result) => result.case.id),
      ["a", "b", "c", "d"],
    );
  });

  it("takes what a case throws for that case's failure", async () => {
    const play = async ({ id }: Case): Promise<Played> => {
      if (id === "a") throw new Error("it broke");
      return PASSED;
    };
    const seen: string[] = [];
    const results = await runCases([makeCase("a"), makeCase("b")], {
      play,
      atOnce: 1,
      onResult: ({ verdict }) => void seen.push(verdict),
    });
    assert.deepEqual(
      results.map(({ verdict, came }) => [verdict, came]),
      [
        ["fail", "the case broke off: it broke"],
        ["pass", "as expected"],
      ],
    );
    assert.deepEqual(seen, ["fail", "pass"]);
  });
});
