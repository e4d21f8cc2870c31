/**
 * `trunkline conform`: plays the suite and says what came of it. This file puts the parts together; the
 * cases are in `cases/`, and `case.ts` tells how one is written.
 */
import { writeFile } from "node:fs/promises";
import { CommandError } from "../command-error.ts";
import type { CommandContext } from "../run.ts";
import { type Case, isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { makeReport } from "./json-report.ts";
import { readMemory } from "./memory.ts";
import { type CommonSettings, parseConformOptions, type ServerCommandSettings } from "./options.ts";
import { createProgress } from "./progress.ts";
import { type Result, runCases } from "./runner.ts";
import { selectCases } from "./selection.ts";
import { ServerUnderTest } from "./server-under-test.ts";
import { formatSummary } from "./summary.ts";

export async function conformCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const settings = parseConformOptions(args);
  if ("help" in settings) {
    context.stdout.write(settings.help);
    return 0;
  }
  const cases = chooseCases(settings, "server");
  if (!settings.list) return testServer(settings, cases, context);
  context.stdout.write(formatList(cases));
  return 0;
}

function chooseCases({ only, skip }: CommonSettings, tested: "server" | "client"): readonly Case[] {
  const all = makeGroups()
    .flatMap((group) => group.cases)
    .filter((one) => isFor(one, tested));
  const { cases, unknown } = selectCases(all, { skip, ...(only && { only }) });
  const [word] = unknown;
  if (word !== undefined) {
    throw new CommandError(2, `no case, group or section is called "${word}"; --list shows them.`);
  }
  if (cases.length === 0)
    throw new CommandError(2, "--skip leaves no case of those that --only chose.");
  return cases;
}

function formatList(cases: readonly Case[]): string {
  const lines = cases.map(
    ({ id, rule, title }) => `${id}  RFC ${rule.rfc}, ${rule.section}: ${title}`,
  );
  return `${lines.join("\n")}\n${cases.length} cases\n`;
}

async function testServer(
  settings: ServerCommandSettings,
  cases: readonly Case[],
  { stdout, stderr }: CommandContext,
): Promise<number> {
  const { url, atOnce } = settings;
  if (url === undefined) return 2; // parseConformOptions let nothing else pass
  const server = new ServerUnderTest({ ...settings, url });
  await probe(server, url);
  await checkProcess(settings.pid);
  const progress = createProgress(stderr, cases.length);
  const results = await runCases(cases, {
    play: (one) => server.play(one),
    atOnce,
    onResult: ({ verdict }) => progress.add(verdict),
  });
  progress.end();
  stdout.write(formatSummary(results));
  await writeReports(settings, url.href, results);
  return results.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

async function probe(server: ServerUnderTest, url: URL): Promise<void> {
  try {
    await server.probe();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(1, `${url.href} gives no WebSocket to test: ${reason}.`, {
      cause: error,
    });
  }
}

/** A bound that nobody measures would pass unseen. */
async function checkProcess(pid: number | undefined): Promise<void> {
  if (pid === undefined || (await readMemory(pid)) !== undefined) return;
  throw new CommandError(2, `there is no process ${pid} on this machine whose memory can be seen.`);
}

async function writeReports(
  { json }: CommonSettings,
  name: string,
  results: readonly Result[],
): Promise<void> {
  if (json === undefined) return;
  const report = makeReport("server", name, results);
  await writeReport(json, `${JSON.stringify(report, undefined, 1)}\n`);
}

async function writeReport(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(1, `the report could not be written: ${reason}.`, { cause: error });
  }
}
