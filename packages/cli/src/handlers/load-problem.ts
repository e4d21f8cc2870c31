/**
 * Why a handler file could not be loaded, as one sentence with its place: file, line and column of
 * the user's own text. Whatever is thrown on the way (by sucrase, by V8, by the handler itself)
 * becomes a `LoadProblem` here.
 */
import { fileURLToPath } from "node:url";
import { showPath } from "../show-path.ts";

export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A fault that this package found itself and can place. */
export class LoadProblem extends Error {
  override readonly name = "LoadProblem";
  readonly place: Place;

  constructor(place: Place, message: string, options?: ErrorOptions) {
    super(message, options);
    this.place = place;
  }
}

/** Where it is, as an editor takes it. */
export function showPlace({ place }: LoadProblem): string {
  const { file, line, column } = place;
  return [showPath(file), line, column].filter((part) => part !== undefined).join(":");
}

/** Places any error; `isOurs` tells the user's files from everything else on a stack. */
export function placeError(
  error: unknown,
  file: string,
  isOurs: (path: string) => boolean,
): LoadProblem {
  if (error instanceof LoadProblem) return error;
  if (!(error instanceof Error)) {
    return new LoadProblem({ file }, `threw ${describeThrown(error)}`, { cause: error });
  }
  const place = placeOfCompiler(error, file) ?? placeOfStack(error, isOurs) ?? { file };
  return new LoadProblem(place, describeError(error), { cause: error });
}

/** sucrase puts `loc` on its errors; V8 puts `file:line` on the first line of a SyntaxError's stack. */
function placeOfCompiler(error: Error, file: string): Place | undefined {
  if ("loc" in error && isLocation(error.loc)) return { file, ...error.loc };
  const head = /^(.+):(\d+)$/.exec(error.stack?.split("\n", 1)[0] ?? "");
  if (!(error instanceof SyntaxError) || !head?.[1]) return undefined;
  return { file: toPath(head[1]), line: Number(head[2]) };
}

function placeOfStack(error: Error, isOurs: (path: string) => boolean): Place | undefined {
  for (const line of error.stack?.split("\n") ?? []) {
    const frame = /^\s+at (?:.*\()?(.+?):(\d+):\d+\)?$/.exec(line);
    if (!frame?.[1]) continue;
    const file = toPath(frame[1]);
    if (isOurs(file)) return { file, line: Number(frame[2]) };
  }
  return undefined;
}

function describeError(error: Error): string {
  if (!("loc" in error)) return `${error.name}: ${error.message}`;
  const bare = error.message.replace(/^Error transforming .*?: /, "").replace(/ \(\d+:\d+\)$/, "");
  return `SyntaxError: ${bare}`;
}

function describeThrown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

function isLocation(value: unknown): value is { line: number; column: number } {
  return typeof value === "object" && value !== null && "line" in value && "column" in value;
}

function toPath(location: string): string {
  return location.startsWith("file:") ? fileURLToPath(location) : location;
}
