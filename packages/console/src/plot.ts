// A plot that moves, on uPlot: lines in the page's own colours, each also with a dash of its own, so
// that they can be told apart without colour. The numbers stand in text beside it: to a screen reader
// the plot is one image with a name.
import uPlot from "uplot";

export interface PlotLine {
  /** A custom property of the style sheet, such as `--line-1`. */
  readonly color: string;
  readonly dash: readonly number[];
  readonly points?: boolean;
}

export interface PlotOptions {
  readonly lines: readonly PlotLine[];
  /** Both axes by powers of ten; else x is the last seconds, so many, and y begins at 0. */
  readonly x: "logarithmic" | number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

/** One list for each line, each as long as the first, which is x. */
export type PlotData = readonly [readonly number[], ...(readonly (number | null)[])[]];

/** The lines of the pages, in the order in which they stand in a table or a legend. */
export const lineStyles: readonly PlotLine[] = [
  { color: "--line-1", dash: [] },
  { color: "--line-2", dash: [8, 4] },
  { color: "--line-3", dash: [2, 3] },
  { color: "--line-4", dash: [12, 3, 2, 3] },
];

/** Milliseconds, bytes: what is between two whole ones would have the label of one of them. */
const wholeSteps = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();

export class Plot {
  readonly #place: HTMLElement;
  readonly #options: PlotOptions;
  #data: PlotData;
  #plot: uPlot;

  constructor(place: HTMLElement, options: PlotOptions) {
    this.#place = place;
    this.#options = options;
    this.#data = [[], ...options.lines.map(() => [])];
    this.#plot = this.#draw();
    new ResizeObserver(() => this.#plot.setSize(this.#size)).observe(place);
    // The canvas keeps the colours that it was drawn with.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  show(data: PlotData): void {
    this.#data = data;
    this.#plot.setData(toPlotData(data));
  }

  redraw(): void {
    this.#plot.destroy();
    this.#plot = this.#draw();
  }

  get #size(): { readonly width: number; readonly height: number } {
    return { width: this.#place.clientWidth, height: this.#place.clientHeight };
  }

  #draw(): uPlot {
    const { lines, x, formatX, formatY } = this.#options;
    const isLogarithmic = x === "logarithmic";
    const scales = isLogarithmic ? logarithmic() : sinceSeconds(x);
    const axisY = axis(formatY, 70);
    const options: uPlot.Options = {
      ...this.#size,
      legend: { show: false },
      cursor: { show: false },
      scales,
      axes: [axis(formatX, 28), isLogarithmic ? axisY : { ...axisY, incrs: wholeSteps }],
      series: [{}, ...lines.map(series)],
    };
    return new uPlot(options, toPlotData(this.#data), this.#place);
  }
}

function logarithmic(): uPlot.Scales {
  return { x: { time: false, distr: 3, log: 10 }, y: { distr: 3, log: 10 } };
}

function sinceSeconds(span: number): uPlot.Scales {
  return {
    x: { time: false, range: [-span, 0] },
    y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
  };
}

function axis(format: (value: number) => string, size: number): uPlot.Axis {
  const edge = colorOf("--edge");
  return {
    size,
    stroke: colorOf("--quiet"),
    grid: { stroke: edge, width: 1 },
    ticks: { stroke: edge, width: 1, size: 4 },
    font: "12px system-ui, sans-serif",
    values: (_, values) => values.map((value) => (value === null ? "" : format(value))),
  };
}

function series({ color, dash, points = false }: PlotLine): uPlot.Series {
  const stroke = colorOf(color);
  return {
    stroke,
    width: 2,
    dash: [...dash],
    points: { show: points, size: 7, fill: stroke },
    spanGaps: false,
  };
}

function colorOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

function toPlotData(data: PlotData): uPlot.AlignedData {
  const [x, ...lines] = data;
  return [[...x], ...lines.map((line) => [...line])];
}
