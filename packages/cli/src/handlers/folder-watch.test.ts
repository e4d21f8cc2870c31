import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { FolderWatch, type WatchClock } from "./folder-watch.ts";

/** A clock whose one timer is fired by hand. */
class ManualClock implements WatchClock {
  #pending: (() => void) | undefined;
  #onSet: (() => void) | undefined;

  setTimeout(callback: () => void): unknown {
    this.#pending = callback;
    this.#onSet?.();
    return callback;
  }

  clearTimeout(timer: unknown): void {
    if (this.#pending === timer) this.#pending = undefined;
  }

  /** Settles when a timer is set, at once when one is. */
  set(): Promise<void> {
    if (this.#pending) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSet = resolve;
    });
  }

  fire(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.();
  }
}

async function watchFolder(t: TestContext) {
  const folder = await makeFolder(t, { "sub/a": "" });
  const clock = new ManualClock();
  const errors: Error[] = [];
  let changes = 0;
  const watch = new FolderWatch({
    clock,
    onChange: () => changes++,
    onError: (error) => errors.push(error),
  });
  t.after(() => watch.close());
  return { folder, clock, watch, errors, changes: () => changes };
}

test("several events are one change, told when the clock says so", async (t) => {
  const { folder, clock, watch, changes } = await watchFolder(t);
  watch.update(new Set([folder.path]));
  await folder.write("b", "1");
  await folder.write("b", "2");
  await clock.set();
  assert.equal(changes(), 0);
  clock.fire();
  assert.equal(changes(), 1);
});

test("a folder that is not watched any more says nothing, the others go on", async (t) => {
  const { folder, clock, watch, changes } = await watchFolder(t);
  const sub = join(folder.path, "sub");
  watch.update(new Set([folder.path, sub]));
  watch.update(new Set([sub]));
  await folder.write("sub/a", "1");
  await clock.set();
  clock.fire();
  assert.equal(changes(), 1);
});

test("a folder that does not exist is left out without an error", async (t) => {
  const { folder, watch, errors } = await watchFolder(t);
  watch.update(new Set([join(folder.path, "gone")]));
  assert.deepEqual(errors, []);
});

test("after close nothing is told", async (t) => {
  const { folder, clock, watch, changes } = await watchFolder(t);
  watch.update(new Set([folder.path]));
  await folder.write("b", "1");
  await clock.set();
  watch.close();
  clock.fire();
  assert.equal(changes(), 0);
});

test("after close no folder is watched any more", async (t) => {
  const { folder, watch, errors } = await watchFolder(t);
  watch.close();
  watch.update(new Set([folder.path, join(folder.path, "sub/a/not-a-folder")]));
  assert.deepEqual(errors, []);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap"),
    [],
  );
});
