/** `trunkline bench`: opens the connections, puts the load on, and tells what came of it. */
import { readClientOptions } from "../client-options.ts";
import { machineClock } from "../clock.ts";
import { CommandError } from "../command-error.ts";
import { dialTo } from "../connect/connection.ts";
import { describeEnding, describeFailure } from "../connect/sentences.ts";
import { escapeControls } from "../control-characters.ts";
import type { CommandContext } from "../run.ts";
import { firstSignal, processSignals } from "../serve/signals.ts";
import { Load } from "./load.ts";
import { type BenchSettings, parseBenchOptions } from "./options.ts";
import {
  formatJson,
  formatLoad,
  formatResults,
  type LoadDescription,
  type Results,
  type ServerCost,
} from "./report.ts";
import { findServers, isThisMachine, readUsage, type Usage } from "./server-process.ts";

/** Milliseconds that an answer may take, at first and at the end. */
const PATIENCE = 5000;
/** Milliseconds for all connections to close. */
const CLOSING = 2000;
/** Bytes: whoever asks for a load knows how long the answers are. */
const LONGEST_ANSWER = 2 ** 30;

export async function benchCommand(
  args: readonly string[],
  { stdout }: CommandContext,
): Promise<number> {
  const settings = parseBenchOptions(args);
  if ("help" in settings) {
    stdout.write(settings.help);
    return 0;
  }
  const interrupted = firstSignal(processSignals);
  const announce = (load: LoadDescription) => settings.json || stdout.write(formatLoad(load));
  const results = await runLoad(await makeLoad(settings), settings, { interrupted, announce });
  stdout.write(settings.json ? formatJson(results) : formatResults(results));
  const { answered, unanswered, lost } = results;
  return answered === 0 || unanswered > 0 || lost.length > 0 ? 1 : 0;
}

async function makeLoad(settings: BenchSettings): Promise<Load> {
  const options = {
    ...(await readClientOptions(settings)),
    serializeHandshakes: false,
    maxMessageSize: LONGEST_ANSWER,
  };
  return new Load(settings, {
    dial: dialTo(settings.url, options),
    clock: machineClock,
    turn: (callback) => setImmediate(callback),
  });
}

interface Surroundings {
  readonly interrupted: Promise<unknown>;
  announce(load: LoadDescription): unknown;
}

async function runLoad(
  load: Load,
  settings: BenchSettings,
  { interrupted, announce }: Surroundings,
): Promise<Results> {
  const tooEarly = interrupted.then(() => {
    throw new CommandError(1, "interrupted before anything was measured.");
  });
  // It may come before anybody waits for it.
  tooEarly.catch(() => {});
  const pids = await findProcesses(settings);
  const before = await readUsage(pids);
  const { compressed, opening } = await Promise.race([openAll(load, settings), tooEarly]);
  const description = describe(settings, compressed);
  announce(description);
  load.start();
  await Promise.race([sleep(settings.warmUp), load.lost, tooEarly]);
  const over = Promise.race([sleep(settings.duration), load.lost, interrupted]);
  const { start, end, ...measured } = await measure(load, pids, over);
  await load.stop(PATIENCE);
  const { handshakes, latencies, unanswered, leftOut } = load;
  const lost = load.endings.map(({ code }) => code);
  await load.close(CLOSING);
  const server = costOf(pids, { before, start, end });
  const counts = { ...measured, unanswered, leftOut, lost };
  return { load: description, opening, handshakes, latencies, ...counts, server };
}

/** @throws {CommandError} with exit code 2 for a process that is not there */
async function findProcesses({ pids, url }: BenchSettings): Promise<readonly number[]> {
  if (pids === undefined) {
    const port = Number(url.port) || (url.protocol === "wss:" ? 443 : 80);
    return isThisMachine(url.hostname) ? findServers(port) : [];
  }
  for (const pid of pids) {
    if (await readUsage([pid])) continue;
    throw new CommandError(2, `--pid ${pid}: there is no such process on this machine.`);
  }
  return pids;
}

interface Opened {
  readonly compressed: boolean;
  readonly opening: number;
}

/** @throws {CommandError} with exit code 1 where there is no connection, or no answer */
async function openAll(load: Load, { url, connections }: BenchSettings): Promise<Opened> {
  const begin = performance.now();
  try {
    const { extensions } = await load.openOne();
    const beforeProbe = performance.now();
    await probe(load, url);
    const probing = performance.now() - beforeProbe;
    await load.open();
    return { compressed: extensions !== "", opening: performance.now() - begin - probing };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const some = load.connections > 0;
    const after = some ? `${load.connections} of ${connections} connections opened; then: ` : "";
    const reason = describeFailure(error).split("\n").map(escapeControls).join("\n");
    throw new CommandError(1, `${after}${reason}${advise(error)}`, { cause: error });
  }
}

function advise(error: unknown): string {
  const isOutOfFiles = error instanceof Error && /\bEMFILE\b/.test(error.message);
  return isOutOfFiles ? " Each connection is an open file: `ulimit -n` says how many may be." : "";
}

async function probe(load: Load, { href }: URL): Promise<void> {
  if (await load.probe(PATIENCE)) return;
  const [ending] = load.endings;
  const reason = ending
    ? escapeControls(describeEnding(ending, false))
    : `Nothing came within ${PATIENCE / 1000} s.`;
  throw new CommandError(
    1,
    `${href} did not answer a message, and only what is answered can be measured. ${reason}`,
  );
}

function describe(settings: BenchSettings, compressed: boolean): LoadDescription {
  const { url, connections, inFlight, rate, message } = settings;
  const kind = typeof message === "string" ? "text" : "binary";
  const bytes = Buffer.byteLength(message);
  return { url: url.href, connections, inFlight, rate, message: { bytes, kind }, compressed };
}

interface Measured extends Pick<Results, "measured" | "answered" | "ownCpu"> {
  readonly start: Usage | undefined;
  readonly end: Usage | undefined;
}

async function measure(
  load: Load,
  pids: readonly number[],
  over: Promise<unknown>,
): Promise<Measured> {
  // Under load a reading takes its time, at the start as at the end: nothing waits for either.
  const start = readUsage(pids);
  load.forget();
  const begin = performance.now();
  const cpu = process.cpuUsage();
  await over;
  const measured = performance.now() - begin;
  const end = readUsage(pids);
  const { answered } = load;
  const { user, system } = process.cpuUsage(cpu);
  const ownCpu = (user + system) / 1000;
  return { measured, answered, ownCpu, start: await start, end: await end };
}

interface Usages {
  readonly before: Usage | undefined;
  readonly start: Usage | undefined;
  readonly end: Usage | undefined;
}

/** Undefined, too, for a server that ended meanwhile. */
function costOf(pids: readonly number[], { before, start, end }: Usages): ServerCost | undefined {
  if (!before || !start || !end) return undefined;
  const memory = { before: before.memory, after: end.memory };
  return { pids, cpu: Math.max(0, end.cpu - start.cpu), memory };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => machineClock.setTimer(resolve, milliseconds));
}
