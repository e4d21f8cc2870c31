/**
 * `extension` of `ws`: Sec-WebSocket-Extensions as an object of offers by name, each a list of
 * parameter objects whose values are lists. The reading is `protocol/headers.ts`'s.
 */
import { parseExtensions } from "../protocol/headers.ts";

/** Values of one parameter; `true` for one without a value. */
export type ParameterValues = (string | true)[];
export type Parameters = Record<string, ParameterValues>;

type Loose = Record<string, unknown>;

/** @throws {SyntaxError} for what is no list of extensions */
function parse(header: string): Record<string, Parameters[]> {
  const list = parseExtensions(header);
  if (list === undefined)
    throw new SyntaxError(`Invalid Sec-WebSocket-Extensions header: ${header}`);
  // The names are the peer's: no prototype, so that none of them finds one.
  const offers: Record<string, Parameters[]> = Object.create(null);
  for (const { name, parameters } of list) {
    const values: Parameters = Object.create(null);
    for (const [key, value] of parameters) push(values, key, value);
    push(offers, name, values);
  }
  return offers;
}

function push<T>(into: Record<string, T[]>, name: string, value: T): void {
  const list = into[name];
  if (list === undefined) into[name] = [value];
  else list.push(value);
}

/** The header's value; a configuration may be one object or a list, a value one or a list. */
function format(extensions: Record<string, Loose | readonly Loose[]>): string {
  return Object.entries(extensions)
    .flatMap(([name, configurations]) => listOf(configurations).map((one) => formatOne(name, one)))
    .join(", ");
}

function formatOne(name: string, parameters: Loose): string {
  const pairs = Object.entries(parameters).flatMap(([key, values]) =>
    listOf(values).map((value) => (value === true ? key : `${key}=${value}`)),
  );
  return [name, ...pairs].join("; ");
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  // Array.isArray does not narrow what is read-only.
  return Array.isArray(value) ? value : [value as T];
}

export const extension: { readonly parse: typeof parse; readonly format: typeof format } = {
  parse,
  format,
};
