/**
 * The files of `--json`, `--junit` and `--html`. A run takes long, so that a file which cannot be written
 * is told before it.
 */
import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError } from "../command-error.ts";
import { describeFileError } from "../file-error.ts";
import { formatPage } from "./html-report.ts";
import type { Report } from "./json-report.ts";
import { formatJunit } from "./junit-report.ts";

export interface ReportFiles {
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly html: string | undefined;
}

/** Leaves nothing behind. @throws {CommandError} with exit code 1 */
export async function checkReportFiles({ json, junit, html }: ReportFiles): Promise<void> {
  for (const path of [json, junit, html]) {
    if (path !== undefined) await checkFile(path);
  }
}

/** @throws {CommandError} with exit code 1 */
export async function writeReports(
  { json, junit, html }: ReportFiles,
  report: Report,
): Promise<void> {
  if (json !== undefined) await write(json, `${JSON.stringify(report, undefined, 1)}\n`);
  if (junit !== undefined) await write(junit, formatJunit(report));
  if (html !== undefined) await write(html, formatPage(report));
}

async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw unwritable(path, "it is a folder");
  if (found) {
    await access(path, constants.W_OK).catch((cause) => {
      throw unwritable(path, describeFileError(cause), cause);
    });
    return;
  }
  await access(`${dirname(path)}/`, constants.W_OK).catch((cause) => {
    throw unwritable(path, describeFileError(cause).replace(/^it /, "its folder "), cause);
  });
}

async function write(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((cause) => {
    throw unwritable(path, describeFileError(cause), cause);
  });
}

function unwritable(path: string, why: string, cause?: unknown): CommandError {
  return new CommandError(1, `the report ${path} cannot be written: ${why}.`, { cause });
}
