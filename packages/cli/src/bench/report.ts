/** What a run came to: as lines for a reader, or as JSON. */
import type { RecordableHistogram } from "node:perf_hooks";

/** What was asked for, and what was agreed on. */
export interface LoadDescription {
  readonly url: string;
  readonly connections: number;
  readonly inFlight: number;
  /** Messages a second; undefined: as fast as answers come. */
  readonly rate: number | undefined;
  readonly message: { readonly bytes: number; readonly kind: "text" | "binary" };
  readonly compressed: boolean;
}

export interface Results {
  readonly load: LoadDescription;
  /** Milliseconds that opening all connections took. */
  readonly opening: number;
  /** Nanoseconds. */
  readonly handshakes: RecordableHistogram;
  /** Nanoseconds. */
  readonly latencies: RecordableHistogram;
  /** Milliseconds that were measured. */
  readonly measured: number;
  /** Messages that were answered in that time. */
  readonly answered: number;
  readonly unanswered: number;
  readonly leftOut: number;
  /** The codes with which the server ended connections. */
  readonly lost: readonly number[];
  /** Undefined: its processes could not be seen. */
  readonly server: ServerCost | undefined;
  /** Milliseconds of our own CPU time in the time that was measured. */
  readonly ownCpu: number;
}

export interface ServerCost {
  readonly pids: readonly number[];
  /** Milliseconds of CPU time in the time that was measured. */
  readonly cpu: number;
  /** Resident bytes before the connections were opened, and at the end. */
  readonly memory: { readonly before: number; readonly after: number };
}

const PERCENTILES = [50, 90, 99, 99.9] as const;
const MIB = 1_048_576;
const NANOSECONDS = 1e6;

/** The line before the run. */
export function formatLoad(load: LoadDescription): string {
  const { url, connections, inFlight, rate, message, compressed } = load;
  const each = rate === undefined ? `, ${count(inFlight)} in flight on each` : "";
  const together = rate === undefined ? "" : `, ${count(rate)} messages a second`;
  const size = `${count(message.bytes)} bytes of ${message.kind}`;
  const compression = compressed ? ", compressed where that pays" : "";
  return `${url}: ${counted(connections, "connection")}${each}${together}, ${size}${compression}\n`;
}

export function formatResults(results: Results): string {
  const { handshakes, latencies, opening, answered } = results;
  const latency = answered === 0 ? "none was answered" : describeTimes(latencies);
  const rows = {
    opened: `${count(handshakes.count)} in ${time(opening)}`,
    handshake: describeTimes(handshakes),
    messages: describeThroughput(results),
    latency,
    server: describeServer(results),
    "this side": describeOwn(results),
  };
  const lines = Object.entries(rows).map(([name, text]) => `${name.padEnd(11)}${text}\n`);
  return `${lines.join("")}${describeFaults(results)}`;
}

function describeThroughput({ answered, measured, load }: Results): string {
  const perSecond = (answered * 1000) / measured;
  const each = `${number((perSecond * load.message.bytes) / MIB)} MiB/s sent`;
  return `${count(answered)} answered in ${time(measured)}: ${count(Math.round(perSecond))}/s, ${each}`;
}

function describeTimes(histogram: RecordableHistogram): string {
  const at = PERCENTILES.map((p) => `p${p} ${time(histogram.percentile(p) / NANOSECONDS)}`);
  return [...at, `max ${time(histogram.max / NANOSECONDS)}`].join("   ");
}

function describeServer({ server, answered, measured }: Results): string {
  if (server === undefined) {
    return "not seen: it is on another machine, or another user's, or --pid has to name its process";
  }
  const { pids, cpu, memory } = server;
  const name = pids.length === 1 ? `process ${pids[0]}` : `${pids.length} processes`;
  const each = answered === 0 ? "" : `${number((cpu * 1000) / answered)} µs of CPU a message, `;
  const grown = `memory ${mebibytes(memory.before)} -> ${mebibytes(memory.after)}`;
  return `${name}: ${each}${share(cpu, measured)}, ${grown}`;
}

function describeOwn({ ownCpu, measured, load }: Results): string {
  const used = share(ownCpu, measured);
  const isLimit = load.rate === undefined && ownCpu / measured > BUSY;
  return isLimit ? `${used}: the server may well do more than was asked of it here` : used;
}

/** From this share of a core on the load is as much the limit as the server is. */
const BUSY = 0.9;

function share(cpu: number, measured: number): string {
  return `${Math.round((cpu / measured) * 100)} % of a core`;
}

function describeFaults({ unanswered, leftOut, lost }: Results): string {
  const lines: string[] = [];
  if (leftOut > 0) {
    lines.push(
      `Due and not sent, because the server had not taken those before: ${counted(leftOut, "message")}.`,
    );
  }
  if (unanswered > 0) lines.push(`Not answered in time: ${counted(unanswered, "message")}.`);
  if (lost.length > 0) lines.push(describeLost(lost));
  return lines.map((line) => `${line}\n`).join("");
}

function describeLost(lost: readonly number[]): string {
  const codes = [...new Set(lost)].sort((a, b) => a - b);
  const each = codes.map((code) => `${lost.filter((one) => one === code).length} with ${code}`);
  return `The server ended ${counted(lost.length, "connection")}: ${each.join(", ")}.`;
}

/** Times are milliseconds, sizes bytes. */
export function formatJson(results: Results): string {
  const { load, opening, measured, answered, unanswered, leftOut, lost, server, ownCpu } = results;
  const { inFlight, rate, ...rest } = load;
  const object = {
    load: { ...rest, ...(rate === undefined ? { inFlight } : { rate }) },
    opening: { milliseconds: round(opening), handshakes: percentilesOf(results.handshakes) },
    messages: {
      milliseconds: round(measured),
      answered,
      perSecond: round((answered * 1000) / measured),
      unanswered,
      leftOut,
    },
    latency: answered === 0 ? null : percentilesOf(results.latencies),
    server: server === undefined ? null : costOf(server, results),
    thisSide: { cores: round(ownCpu / measured) },
    lost,
  };
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

function costOf({ pids, cpu, memory }: ServerCost, { answered, measured }: Results): object {
  return {
    pids,
    cores: round(cpu / measured),
    microsecondsPerMessage: answered === 0 ? null : round((cpu * 1000) / answered),
    memory,
  };
}

function percentilesOf(histogram: RecordableHistogram): object {
  const at = PERCENTILES.map((p) => [`p${p}`, asRecorded(histogram.percentile(p))]);
  return { ...Object.fromEntries(at), max: asRecorded(histogram.max) };
}

/** Milliseconds, with the three digits that a histogram keeps. */
function asRecorded(nanoseconds: number): number {
  return Number((nanoseconds / NANOSECONDS).toPrecision(3));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** A time in the unit that suits it. */
function time(milliseconds: number): string {
  if (milliseconds >= 1000) return `${number(milliseconds / 1000)} s`;
  if (milliseconds >= 1) return `${number(milliseconds)} ms`;
  return `${number(milliseconds * 1000)} µs`;
}

function mebibytes(bytes: number): string {
  return `${number(bytes / MIB)} MiB`;
}

/** Three digits that count. */
function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}

function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
