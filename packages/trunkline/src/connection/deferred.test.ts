import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred } from "./deferred.ts";

test("a deferred promise settles as it is told, the first time", async () => {
  const kept = deferred<number>();
  kept.resolve(1);
  kept.reject(new Error("too late"));
  assert.equal(await kept.promise, 1);
  const broken = deferred();
  broken.reject(new Error("why"));
  await assert.rejects(broken.promise, { message: "why" });
});
