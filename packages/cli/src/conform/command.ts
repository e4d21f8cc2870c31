/**
 * `trunkline conform`: plays the suite and says what came of it. This file puts the parts together; the
 * cases are in `cases/`, and `case.ts` tells how one is written.
 */
import { CommandError } from "../command-error.ts";
import type { CommandContext } from "../run.ts";
import { type Case, isFor } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import { ClientUnderTest } from "./client-under-test.ts";
import { makeReport } from "./json-report.ts";
import { readMemory } from "./memory.ts";
import {
  type ClientCommandSettings,
  type CommandSettings,
  type CommonSettings,
  parseConformOptions,
  type ServerCommandSettings,
} from "./options.ts";
import { createProgress } from "./progress.ts";
import { checkReportFiles, writeReports } from "./report-files.ts";
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
  const cases = chooseCases(settings, settings.mode);
  if (!settings.list) {
    await checkReportFiles(settings);
    return settings.mode === "server"
      ? testServer(settings, cases, context)
      : testClient(settings, cases, context);
  }
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
  return `${lines.join("\n")}\n${countOf(cases.length)}\n`;
}

function countOf(cases: number): string {
  return cases === 1 ? "1 case" : `${cases} cases`;
}

async function testServer(
  settings: ServerCommandSettings,
  cases: readonly Case[],
  { stdout, stderr }: CommandContext,
): Promise<number> {
  const { url, atOnce } = settings;
  if (url === undefined) return 2; // parseConformOptions let nothing else pass
  const server = new ServerUnderTest({ ...settings, url });
  // The opening handshake can be tested of any server; all else takes an echo.
  await probe(server, url, { echo: cases.some(({ kind }) => kind === "open") });
  await checkProcess(settings.pid);
  const progress = createProgress(stderr, cases.length);
  const results = await runCases(cases, {
    play: (one) => server.play(one),
    atOnce,
    onResult: ({ verdict }) => progress.add(verdict),
  });
  progress.end();
  return conclude(settings, url.href, results, stdout);
}

async function testClient(
  settings: ClientCommandSettings,
  cases: readonly Case[],
  { stdout, stderr }: CommandContext,
): Promise<number> {
  const { host, port } = settings;
  if (port === undefined) return 2; // parseConformOptions let nothing else pass
  await checkProcess(settings.pid);
  const progress = createProgress(stderr, cases.length);
  const onResult = ({ verdict }: Result) => progress.add(verdict);
  const client = new ClientUnderTest({ ...settings, port, cases, onResult });
  const own = await listen(client, host, port);
  const name = host.includes(":") ? `[${host}]` : host;
  stdout.write(formatWelcome(`${name}:${own}`, cases.length));
  const { agent, results } = await client.done;
  progress.end();
  await client.close();
  stdout.write(`The report was asked for by ${agent}; the run is over.\n`);
  return conclude(settings, agent, results, stdout);
}

async function listen(client: ClientUnderTest, host: string, port: number): Promise<number> {
  try {
    return await client.listen();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(1, `nothing can be bound to ${host}, port ${port}: ${reason}.`, {
      cause: error,
    });
  }
}

function formatWelcome(address: string, count: number): string {
  return `${countOf(count)} to play, for a client that comes to ws://${address}/case/1 and so on.
In a browser, open http://${address}/
Scripts: http://${address}/client.mjs and http://${address}/client.py
http://${address}/report ends the run.
`;
}

async function conclude(
  settings: CommandSettings,
  name: string,
  results: readonly Result[],
  stdout: CommandContext["stdout"],
): Promise<number> {
  stdout.write(formatSummary(results));
  await writeReports(settings, makeReport(settings.mode, name, results));
  return results.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

async function probe(
  server: ServerUnderTest,
  url: URL,
  options: { readonly echo: boolean },
): Promise<void> {
  try {
    await server.probe(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(1, `${url.href} cannot be tested: ${reason}.`, {
      cause: error,
    });
  }
}

/** A bound that nobody measures would pass unseen. */
async function checkProcess(pid: number | undefined): Promise<void> {
  if (pid === undefined || (await readMemory(pid)) !== undefined) return;
  throw new CommandError(2, `there is no process ${pid} on this machine whose memory can be seen.`);
}
