/** What a file says about being a program: its run bit, and the "#!" line with its interpreter. */
import { constants } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Whether it has its run bit, or the "#!" that says it was meant to have one. */
export async function isProgram(path: string): Promise<boolean> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  return (mode & 0o111) !== 0 || (await readStart(path, 2)) === "#!";
}

/** Why the system would not run it; undefined when it would. */
export async function findFault(path: string, searched: string): Promise<string | undefined> {
  if (!(await mayRun(path))) return "has no run bit: chmod +x makes it a handler";
  const line = (await readStart(path, 256))?.split("\n", 1)[0];
  // A program without permission to read it runs all the same.
  if (!line?.startsWith("#!")) return undefined;
  const [interpreter = "", ...args] = line.slice(2).trim().split(/\s+/);
  if (interpreter === "") return undefined;
  if (!(await mayRun(interpreter))) return `its interpreter ${interpreter} is not there`;
  const program = /(^|\/)env$/.test(interpreter)
    ? args.find((arg) => !/^-|=/.test(arg))
    : undefined;
  if (program === undefined || isAbsolute(program)) return undefined;
  const places = searched.split(delimiter).map((folder) => join(folder, program));
  const found = await Promise.all(places.map(mayRun));
  return found.includes(true) ? undefined : `its interpreter ${program} is not on the PATH`;
}

async function mayRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function readStart(path: string, length: number): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
