// The page that compares polling with WebSocket: starts and stops a run, and shows it in a table and
// two plots.
import { find, formatNumber, setText } from "../page.ts";
import { lineStyles, Plot } from "../plot.ts";
import { Growth, percentile, RecentRows } from "../recent.ts";
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";
import { type Accounts, Run } from "./run.ts";
import { type WayName, wayNames } from "./ways.ts";

/** Values a second, as the slider goes. */
const rates = [0.5, 1, 2, 5, 10, 20, 50, 100];
const firstRate = rates.indexOf(10);
const lookEvery = 50;
const drawEvery = 200;
const shownSpan = 30_000;
const growthSpan = 5_000;

const start = find("start", HTMLButtonElement);
const stop = find("stop", HTMLButtonElement);
const slider = find("rate", HTMLInputElement);
const status = find("status", HTMLElement);

const wayWords = {
  poll: "wayPoll",
  longPoll: "wayLongPoll",
  events: "wayEvents",
  socket: "waySocket",
} as const;

for (const way of wayNames) makeRow(way);
// Once the rows are there: it says their names too, in the reader's language.
startShell(tellAgain);
let said: () => string = () => texts.polling.notRunning;
let run: Run | undefined;
let accounts: Accounts | undefined;
let looking: ReturnType<typeof setInterval> | undefined;
let showing: ReturnType<typeof setInterval> | undefined;
let values = makeGrowths();
let bytes = makeGrowths();
const ages = new RecentRows(wayNames.length, shownSpan);
const bytesSeconds = new RecentRows(wayNames.length, shownSpan);
const seconds = (value: number): string => `${value} s`;
const agePlot = new Plot(find("age-plot", HTMLElement), {
  lines: lineStyles,
  x: shownSpan / 1000,
  formatX: seconds,
  formatY: (value) => formatNumber(value),
});
const bytesPlot = new Plot(find("bytes-plot", HTMLElement), {
  lines: lineStyles,
  x: shownSpan / 1000,
  formatX: seconds,
  formatY: (value) => formatNumber(value),
});

slider.max = String(rates.length - 1);
slider.value = String(firstRate);
slider.addEventListener("input", () => {
  tellRate();
  run?.setRate(readRate());
});
start.addEventListener("click", begin);
stop.addEventListener("click", () => {
  run?.stop();
  clearInterval(looking);
  say(() => texts.polling.stopping);
});
tellAgain();

function makeRow(way: WayName): void {
  const row = document.importNode(find("way", HTMLTemplateElement).content, true);
  for (const element of row.querySelectorAll("tr")) element.dataset.way = way;
  for (const element of row.querySelectorAll("span")) {
    element.dataset.text = wayWords[way];
    element.textContent = texts.words[wayWords[way]];
  }
  find("ways", HTMLTableSectionElement).append(row);
}

function begin(): void {
  say(() => texts.polling.starting);
  ages.clear();
  bytesSeconds.clear();
  values = makeGrowths();
  bytes = makeGrowths();
  accounts = undefined;
  run = new Run(readRate(), { started, counted, ended });
  start.disabled = true;
  stop.disabled = false;
  stop.focus();
}

function started(): void {
  say(() => texts.polling.running);
  looking = setInterval(look, lookEvery);
  showing = setInterval(show, drawEvery);
}

function counted(counts: Accounts): void {
  accounts = counts;
  // From then on bytes still come to be counted, and no values.
  if (run?.isStopping) return;
  const now = performance.now();
  for (const way of wayNames) {
    values[way].add(now, run?.arrived[way].count ?? 0);
    bytes[way].add(now, counts[way].received + counts[way].sent);
  }
  bytesSeconds.add(
    now,
    wayNames.map((way) => bytes[way].perSecond ?? null),
  );
}

function ended(wasStopped: boolean): void {
  clearInterval(looking);
  clearInterval(showing);
  show();
  start.disabled = false;
  stop.disabled = true;
  if (document.activeElement === stop || document.activeElement === document.body) start.focus();
  say(() => (wasStopped ? texts.polling.stopped : texts.polling.gone));
}

function look(): void {
  ages.add(
    performance.now(),
    wayNames.map((way) => run?.ageOf(way) ?? null),
  );
}

function show(): void {
  for (const [line, way] of wayNames.entries()) showWay(line, way);
  agePlot.show([ages.ages, ...ages.lines]);
  bytesPlot.show([bytesSeconds.ages, ...bytesSeconds.lines]);
  if (run !== undefined) {
    const offset = formatNumber(run.clockOffset, 2);
    setText(find("clock-said", HTMLElement), texts.polling.clock(offset));
  }
}

function showWay(line: number, way: WayName): void {
  const { received, sent, requests } = accounts?.[way] ?? { received: 0, sent: 0, requests: 0 };
  const count = run?.arrived[way].count ?? 0;
  const measured = ages.line(line);
  showCell(way, "rate", values[way].perSecond, 1);
  showCell(way, "age50", percentile(measured, 50), 1);
  showCell(way, "age95", percentile(measured, 95), 1);
  showCell(way, "requests", requests);
  showCell(way, "received", received);
  showCell(way, "sent", sent);
  showCell(way, "each", count === 0 ? undefined : (received + sent) / count);
}

/** The exact number stands in `data-value`, for programs. */
function showCell(way: WayName, name: string, value: number | undefined, digits = 0): void {
  const cell = document.querySelector<HTMLElement>(`[data-way=${way}] [data-cell=${name}]`);
  if (cell === null) return;
  cell.dataset.value = String(value ?? "");
  const text = value === undefined ? "–" : formatNumber(value, digits);
  const isAge = name.startsWith("age") && value !== undefined;
  setText(cell, isAge ? texts.polling.milliseconds(text) : text);
}

function say(sentence: () => string): void {
  said = sentence;
  status.textContent = sentence();
}

function tellRate(): void {
  const rate = String(readRate());
  find("rate-said", HTMLOutputElement).textContent = rate;
  slider.setAttribute("aria-valuetext", texts.polling.rate(rate));
}

function tellAgain(): void {
  status.textContent = said();
  find("age-plot", HTMLElement).setAttribute("aria-label", texts.polling.agePlot);
  find("bytes-plot", HTMLElement).setAttribute("aria-label", texts.polling.bytesPlot);
  tellRate();
  show();
}

function readRate(): number {
  return rates[Number(slider.value)] ?? 1;
}

function makeGrowths(): Readonly<Record<WayName, Growth>> {
  const make = (): Growth => new Growth(growthSpan);
  return { poll: make(), longPoll: make(), events: make(), socket: make() };
}
