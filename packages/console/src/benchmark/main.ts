// The page of the benchmark: reads the plan, starts and stops it, and shows what comes of it.
import { copyText, find, formatNumber, make } from "../page.ts";
import { lineStyles, Plot, type PlotData } from "../plot.ts";
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";
import {
  allSizes,
  bytesPerSecond,
  type Direction,
  formatCsv,
  type MessageKind,
  messagesPerSecond,
  type Plan,
  type Result,
  type Row,
  type Thread,
} from "./plan.ts";
import { startMeasuring } from "./start.ts";

/** So many runs are drawn, the newest. */
const drawnRuns = lineStyles.length;
const firstSizes = { from: 10, to: 655_360 };

const form = find("plan", HTMLFormElement);
const from = find("from", HTMLSelectElement);
const to = find("to", HTMLSelectElement);
const start = find("start", HTMLButtonElement);
const stop = find("stop", HTMLButtonElement);
const copy = find("copy", HTMLButtonElement);
const clear = find("clear", HTMLButtonElement);
const progress = find("progress", HTMLProgressElement);

startShell(tellAgain);
let said: () => string = () => texts.benchmark.ready;
let rows: Row[] = [];
let running: AbortController | undefined;
const plot = new Plot(find("plot", HTMLElement), {
  lines: lineStyles.map((style) => ({ ...style, points: true })),
  x: "logarithmic",
  formatX: formatRound,
  formatY: (value) => `${formatRound(value)}/s`,
});

for (const size of allSizes) {
  from.append(new Option(formatDecimal(size), String(size)));
  to.append(new Option(formatDecimal(size), String(size)));
}
from.value = String(firstSizes.from);
to.value = String(firstSizes.to);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const plan = readPlan();
  const problem = plan.sizes.length === 0 ? texts.benchmark.order : "";
  find("problem", HTMLElement).textContent = problem;
  if (problem === "") run(plan);
  else to.focus();
});
stop.addEventListener("click", () => running?.abort());
clear.addEventListener("click", () => {
  rows = [];
  show();
});
copy.addEventListener("click", async () => {
  const copied = await copyText(formatCsv(rows));
  say(() => (copied ? texts.benchmark.copied : texts.copyFailed));
});
tellAgain();

async function run(plan: Plan): Promise<void> {
  const controller = new AbortController();
  setRunning(controller);
  let done = 0;
  const tellNext = (): void => {
    const size = formatDecimal(plan.sizes[done] ?? 0);
    const all = plan.sizes.length;
    const at = done;
    progress.value = at / all;
    if (at < all) say(() => texts.benchmark.running(size, at, all));
  };
  tellNext();
  let bad = 0;
  try {
    await startMeasuring(
      plan,
      (result) => {
        done += 1;
        bad += result.bad;
        add({ plan, result });
        tellNext();
      },
      controller.signal,
    );
    say(() => conclude(controller.signal.aborted, done, bad));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(() => texts.benchmark.failed(message));
  }
  setRunning(undefined);
}

function conclude(wasStopped: boolean, done: number, bad: number): string {
  const { benchmark } = texts;
  const ended = wasStopped ? benchmark.stopped : benchmark.done(done);
  return bad === 0 ? ended : `${ended} ${benchmark.bad(bad)}`;
}

function setRunning(controller: AbortController | undefined): void {
  running = controller;
  start.disabled = controller !== undefined;
  stop.disabled = controller === undefined;
  if (document.activeElement?.matches(":disabled") || document.activeElement === document.body) {
    (controller === undefined ? start : stop).focus();
  }
}

function readPlan(): Plan {
  const data = new FormData(form);
  const [least, most] = [Number(from.value), Number(to.value)];
  // The page's own radio buttons: they have no other values.
  return {
    direction: String(data.get("direction")) as Direction,
    kind: String(data.get("kind")) as MessageKind,
    thread: String(data.get("thread")) as Thread,
    verify: find("verify", HTMLInputElement).checked,
    sizes: allSizes.filter((size) => size >= least && size <= most),
  };
}

function add(row: Row): void {
  rows.push(row);
  show();
}

function show(): void {
  find("results", HTMLTableSectionElement).replaceChildren(...rows.map(makeRow));
  find("empty", HTMLElement).textContent = rows.length === 0 ? texts.benchmark.empty : "";
  copy.disabled = rows.length === 0;
  clear.disabled = rows.length === 0;
  const plans = [...new Set(rows.map(({ plan }) => plan))].slice(-drawnRuns);
  plot.show(toPlot(plans));
  find("legend", HTMLElement).replaceChildren(
    ...plans.map((plan, line) => make("span", `key line-${line + 1}`, describe(plan))),
  );
}

function toPlot(plans: readonly Plan[]): PlotData {
  const sizes = allSizes.filter((size) => rows.some(({ result }) => result.size === size));
  const lines = lineStyles.map((_, line) => {
    const ofPlan = rows.filter(({ plan }) => plan === plans[line]);
    return sizes.map((size) => {
      const row = ofPlan.find(({ result }) => result.size === size);
      return row === undefined ? null : bytesPerSecond(row.result);
    });
  });
  return [sizes, ...lines];
}

function makeRow({ plan, result }: Row): HTMLTableRowElement {
  const row = document.createElement("tr");
  if (result.bad > 0) row.className = "bad";
  const name = make("th", "", describe(plan));
  name.setAttribute("scope", "row");
  row.append(name, ...makeCells(result));
  return row;
}

function makeCells(result: Result): HTMLElement[] {
  const { size, messages, milliseconds } = result;
  const throughput = bytesPerSecond(result) / 1e6;
  const perSecond = messagesPerSecond(result);
  return [
    formatDecimal(size),
    formatNumber(messages),
    texts.polling.milliseconds(formatNumber(milliseconds, 1)),
    `${formatNumber(throughput, throughput < 100 ? 2 : 0)} ${texts.benchmark.perSecond}`,
    formatNumber(perSecond, perSecond < 100 ? 1 : 0),
  ].map((text) => make("td", "", text));
}

function describe({ direction, kind, thread, verify }: Plan): string {
  const { directions, kinds, threads, verified } = texts.benchmark;
  const parts = [directions[direction], kinds[kind], threads[thread]];
  return (verify ? [...parts, verified] : parts).join(" · ");
}

/** Sizes here are decimal, as the doubled numbers are read: 655,360 B is 655 kB. */
function formatDecimal(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${trim(bytes / 1e3)} kB` : `${trim(bytes / 1e6)} MB`;
}

function trim(value: number): string {
  return formatNumber(value, value < 100 && !Number.isInteger(value) ? 1 : 0);
}

/** The ticks between the powers of ten have no number. */
function formatRound(value: number): string {
  return Math.log10(value) % 1 === 0 ? formatDecimal(value) : "";
}

function say(sentence: () => string): void {
  said = sentence;
  find("status", HTMLElement).textContent = sentence();
}

function tellAgain(): void {
  find("status", HTMLElement).textContent = said();
  find("plot", HTMLElement).setAttribute("aria-label", texts.benchmark.plot);
  show();
}
