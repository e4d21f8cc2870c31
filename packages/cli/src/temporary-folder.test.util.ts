/** For tests: a folder of files under the system's temporary one, removed when the test ends. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file, with the folders on the way to it, and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(name: string): Promise<void>;
}

export async function makeFolder(
  t: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "trunkline-")));
  t.after(() => rm(path, { recursive: true, force: true }));
  const folder: TemporaryFolder = {
    path,
    async write(name, text) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      // A script can be run.
      await writeFile(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
      return file;
    },
    remove: (name) => rm(join(path, name), { recursive: true }),
  };
  for (const [name, text] of Object.entries(files)) await folder.write(name, text);
  return folder;
}
