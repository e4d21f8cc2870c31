import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deferred } from "../connection/deferred.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Decision } from "./decision.ts";
import type { AnyHandler } from "./handler.ts";
import { MemoryStream, makeRequest } from "./memory-stream.test.util.ts";
import { NodeRequest, UpgradeRequest } from "./upgrade-request.ts";

interface Setting {
  readonly stream: MemoryStream;
  readonly clock: ManualClock;
  readonly decision: Decision;
  /** How it ended, each end in a line. */
  readonly ends: string[];
}

function decide(upgrade: AnyHandler["upgrade"]): Setting {
  const stream = new MemoryStream();
  const clock = new ManualClock();
  const ends: string[] = [];
  const decision = new Decision(stream, clock, 1000, {
    answered: (answer) => ends.push(`answered ${String(answer)}`),
    refused: ({ status }, body) => ends.push(`refused ${status} ${Buffer.from(body).toString()}`),
    failed: (error) => ends.push(`failed ${String(error)}`),
    gaveUp: ({ status, reason }) => ends.push(`gave up ${status} ${reason}`),
    gone: () => ends.push("gone"),
  });
  const request = new UpgradeRequest(
    new NodeRequest(makeRequest("/", [])),
    {
      path: "/",
      query: "",
      host: "localhost",
      secure: false,
      remoteAddress: "",
    },
    {},
    [],
  );
  decision.ask({ ...(upgrade && { upgrade }), open() {} }, request);
  return { stream, clock, decision, ends };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new Promise<undefined>(() => {});

describe("a decision ends", () => {
  const refuse = (): Response => new Response("why", { status: 401 });
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ["with what upgrade returns", () => "it", "answered it"],
    ["with what it resolves to", async () => "it", "answered it"],
    ["with a returned Response, and its body", refuse, "refused 401 why"],
    ["with a resolved Response", async () => refuse(), "refused 401 why"],
    [
      "with a thrown Response",
      () => {
        throw refuse();
      },
      "refused 401 why",
    ],
    ["with a rejected Response", () => Promise.reject(refuse()), "refused 401 why"],
    [
      "with what it throws",
      () => {
        throw new Error("boom");
      },
      "failed Error: boom",
    ],
    ["with what it rejects with", () => Promise.reject("boom"), "failed boom"],
    ["with the Response that is no answer", () => Response.error(), "refused 0 "],
  ];
  for (const [what, upgrade, expected] of cases) {
    it(what, async () => {
      const { ends, clock } = decide(upgrade as NonNullable<AnyHandler["upgrade"]>);
      await settled();
      assert.deepEqual(ends, [expected]);
      assert.equal(clock.pending, 0);
    });
  }

  it("as failed with a Response whose body was used", async () => {
    const { ends } = decide(async () => {
      const response = refuse();
      await response.text();
      return response;
    });
    await settled();
    assert.match(ends[0], /^failed TypeError: /);
  });

  it("when the time runs out, also while the body of a Response does not end", async () => {
    const { ends, clock } = decide(() => new Response(new ReadableStream(), { status: 403 }));
    await settled();
    clock.advance(999);
    assert.deepEqual(ends, []);
    clock.advance(1);
    assert.deepEqual(ends, ["gave up 503 The handler did not decide in time."]);
  });

  it("when the stream breaks", async () => {
    const { ends, stream, clock } = decide(() => never);
    stream.destroy(new Error("reset"));
    stream.on("error", () => {});
    await settled();
    assert.deepEqual(ends, ["gone"]);
    assert.equal(clock.pending, 0);
  });

  it("when the client ends the stream", async () => {
    const { ends, stream } = decide(() => never);
    stream.push(null);
    stream.resume();
    await settled();
    assert.deepEqual(ends, ["gone"]);
  });

  it("when it is given up", () => {
    const { ends, decision } = decide(() => never);
    decision.giveUp({ status: 503, reason: "Closing." });
    assert.deepEqual(ends, ["gave up 503 Closing."]);
  });

  it("once, with what came first", async () => {
    const answer = deferred<undefined>();
    const { ends, stream, decision, clock } = decide(() => answer.promise);
    decision.giveUp({ status: 503, reason: "Closing." });
    decision.giveUp({ status: 503, reason: "Again." });
    answer.resolve(undefined);
    stream.destroy();
    clock.advance(5000);
    await settled();
    assert.deepEqual(ends, ["gave up 503 Closing."]);
  });
});
