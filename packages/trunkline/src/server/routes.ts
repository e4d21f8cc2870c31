/**
 * Which handler answers a path. One syntax serves the keys of `routes` and the names of handler files.
 *
 * - `/chat/room` matches that path and no other: case counts, and so does a slash at the end.
 * - `/room/[name]` takes one segment that is not empty.
 * - `/files/[...rest]`, only at the end, takes one segment or more, none of them empty.
 *
 * Segments are compared and handed out percent-decoded; a path with a bad escape, and one with a segment
 * `.` or `..`, written out or escaped, matches nothing. Of several patterns that match, the most specific
 * wins: text before a parameter before a catch-all, decided from the left. The order in which patterns
 * were given never matters. A mistake in a pattern throws when the table is made.
 */

/** The parameters of a pattern: `RouteParams<"/room/[name]">` is `{ readonly name: string }`. */
export type RouteParams<Pattern extends string> = string extends Pattern
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParameterNames<Pattern>]: string };

export interface RouteMatch<H> {
  readonly handler: H;
  readonly params: Readonly<Record<string, string>>;
  readonly pattern: string;
}

export interface RouteTable<H> {
  /** In the order given. */
  readonly patterns: readonly string[];
  /** `path` as it stands in the request target, without the query. */
  match(path: string): RouteMatch<H> | undefined;
}

/** A request target, taken apart. */
export interface Target {
  /** As it came, still escaped. */
  readonly path: string;
  /** Without its question mark; "" when there is none. */
  readonly query: string;
  /** Of an absolute-form target only: host and port, which then stand in for the Host header (RFC 9112, section 3.2.2). */
  readonly authority: string | undefined;
}

type ParameterNames<Pattern extends string> = Pattern extends `${infer Segment}/${infer Rest}`
  ? ParameterName<Segment> | ParameterNames<Rest>
  : ParameterName<Pattern>;

type ParameterName<Segment extends string> = Segment extends `[...${infer Name}]`
  ? Name
  : Segment extends `[${infer Name}]`
    ? Name
    : never;

export function compileRoutes<H>(
  routes: Iterable<readonly [pattern: string, handler: H]>,
): RouteTable<H> {
  const table = new Table<H>();
  for (const [pattern, handler] of routes) table.add(pattern, handler);
  return table;
}

/**
 * Splits a request target in origin-form or absolute-form (RFC 9112, section 3.2).
 * Undefined for any other, and for one with a fragment, which no client may send.
 */
export function pathOf(target: string): Target | undefined {
  if (target.includes("#")) return undefined;
  if (target.startsWith("/")) return splitQuery(target, undefined);
  const schemeEnd = target.indexOf("://");
  if (schemeEnd <= 0 || !isNetworkScheme(target.slice(0, schemeEnd))) return undefined;
  const start = schemeEnd + 3;
  const end = endOfAuthority(target, start);
  if (end === start) return undefined;
  const rest = target.slice(end);
  return splitQuery(rest.startsWith("/") ? rest : `/${rest}`, target.slice(start, end));
}

type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "parameter" | "catch-all"; readonly name: string };

interface Route<H> {
  readonly pattern: string;
  readonly handler: H;
  /** Names of the parameters, in their order. */
  readonly names: readonly string[];
}

/** One segment's place in the tree of patterns; a path visits each at most once, so that a match costs no more than the tree has places. */
interface Place<H> {
  readonly texts: Map<string, Place<H>>;
  parameter: Place<H> | undefined;
  catchAll: Route<H> | undefined;
  route: Route<H> | undefined;
}

class Table<H> implements RouteTable<H> {
  readonly patterns: string[] = [];
  readonly #root: Place<H> = makePlace();
  /** Answers for the paths that are patterns themselves, made in advance: nearly every handshake is one. */
  readonly #texts = new Map<string, RouteMatch<H>>();

  add(pattern: string, handler: H): void {
    const segments = parsePattern(pattern);
    const names = segments.flatMap((segment) => (segment.kind === "text" ? [] : [segment.name]));
    this.#place({ pattern, handler, names }, segments);
    this.patterns.push(pattern);
    // A "%" in a pattern is itself; in a path it begins an escape, so such a path is decoded first.
    if (names.length === 0 && !pattern.includes("%")) {
      this.#texts.set(pattern, { handler, params: Object.freeze({}), pattern });
    }
  }

  match(path: string): RouteMatch<H> | undefined {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const segments = splitPath(path);
    if (segments === undefined) return undefined;
    const values: string[] = [];
    const route = find(this.#root, segments, 0, values);
    return route === undefined ? undefined : makeMatch(route, values);
  }

  #place(route: Route<H>, segments: readonly Segment[]): void {
    let place = this.#root;
    for (const segment of segments) {
      if (segment.kind === "catch-all") {
        requireFree(place.catchAll, route);
        place.catchAll = route;
        return;
      }
      place = descend(place, segment);
    }
    requireFree(place.route, route);
    place.route = route;
  }
}

function makePlace<H>(): Place<H> {
  return { texts: new Map(), parameter: undefined, catchAll: undefined, route: undefined };
}

function descend<H>(place: Place<H>, segment: Segment): Place<H> {
  if (segment.kind !== "text") {
    place.parameter ??= makePlace();
    return place.parameter;
  }
  const known = place.texts.get(segment.text);
  if (known !== undefined) return known;
  const added = makePlace<H>();
  place.texts.set(segment.text, added);
  return added;
}

function requireFree<H>(taken: Route<H> | undefined, route: Route<H>): void {
  if (taken === undefined) return;
  throw new TypeError(
    taken.pattern === route.pattern
      ? `The route "${route.pattern}" is given twice; keep one of them.`
      : `The routes "${taken.pattern}" and "${route.pattern}" match the same paths; keep one of them.`,
  );
}

/** `values` gets what the parameters took, in their order. */
function find<H>(
  place: Place<H>,
  segments: readonly string[],
  at: number,
  values: string[],
): Route<H> | undefined {
  const segment = segments[at];
  if (segment === undefined) return place.route;
  const text = place.texts.get(segment);
  const found = text && find(text, segments, at + 1, values);
  if (found !== undefined) return found;
  return (
    findParameter(place, segment, segments, at, values) ?? findCatchAll(place, segments, at, values)
  );
}

function findParameter<H>(
  place: Place<H>,
  segment: string,
  segments: readonly string[],
  at: number,
  values: string[],
): Route<H> | undefined {
  if (place.parameter === undefined || segment === "") return undefined;
  values.push(segment);
  const found = find(place.parameter, segments, at + 1, values);
  if (found === undefined) values.pop();
  return found;
}

// An escaped slash would come out as one that separates, and carry segments past the check for "..".
function findCatchAll<H>(
  place: Place<H>,
  segments: readonly string[],
  at: number,
  values: string[],
): Route<H> | undefined {
  if (place.catchAll === undefined) return undefined;
  const rest = segments.slice(at);
  if (rest.some((segment) => segment === "" || segment.includes("/"))) return undefined;
  values.push(rest.join("/"));
  return place.catchAll;
}

function makeMatch<H>(
  { pattern, handler, names }: Route<H>,
  values: readonly string[],
): RouteMatch<H> {
  const params: Record<string, string> = {};
  names.forEach((name, at) => {
    params[name] = values[at] ?? "";
  });
  return { handler, params, pattern };
}

function splitPath(path: string): readonly string[] | undefined {
  if (!path.startsWith("/")) return undefined;
  const decoded = path.includes("%") ? decode(path.split("/")) : path.split("/");
  if (decoded === undefined || decoded.some(isDotSegment)) return undefined;
  return decoded.slice(1);
}

function decode(segments: readonly string[]): readonly string[] | undefined {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function isDotSegment(segment: string): boolean {
  return segment === "." || segment === "..";
}

function parsePattern(pattern: string): readonly Segment[] {
  if (!pattern.startsWith("/")) {
    throw new TypeError(`The route "${pattern}" must begin with a slash: "/${pattern}".`);
  }
  if (pattern.includes("?") || pattern.includes("#")) {
    throw new TypeError(
      `The route "${pattern}" has a query or a fragment; a route is a path only, and the handler reads the query.`,
    );
  }
  const texts = pattern.split("/").slice(1);
  const segments = texts.map((text, at) => parseSegment(pattern, text, at === texts.length - 1));
  requireDistinctNames(pattern, segments);
  return segments;
}

function parseSegment(pattern: string, text: string, isLast: boolean): Segment {
  if (text === "" && !isLast) {
    throw new TypeError(`The route "${pattern}" has an empty segment; write one slash, not two.`);
  }
  if (isDotSegment(text)) {
    throw new TypeError(
      `The route "${pattern}" has a segment "${text}", which no request can match.`,
    );
  }
  if (!text.includes("[") && !text.includes("]")) return { kind: "text", text };
  const isCatchAll = text.startsWith("[...");
  if (isCatchAll && !isLast) {
    throw new TypeError(`The route "${pattern}" goes on after "${text}", which must be its end.`);
  }
  const name = text.slice(isCatchAll ? 4 : 1, -1);
  if (!text.startsWith("[") || !text.endsWith("]") || !isParameterName(name)) {
    throw new TypeError(
      `The route "${pattern}" has "${text}" where a parameter is a whole segment such as "[name]", its name of letters, digits, "_" and "-".`,
    );
  }
  return { kind: isCatchAll ? "catch-all" : "parameter", name };
}

function isParameterName(name: string): boolean {
  return /^[\w-]+$/.test(name) && name !== "__proto__";
}

function requireDistinctNames(pattern: string, segments: readonly Segment[]): void {
  const seen = new Set<string>();
  for (const segment of segments) {
    if (segment.kind === "text") continue;
    if (seen.has(segment.name)) {
      throw new TypeError(`The route "${pattern}" has two parameters "${segment.name}".`);
    }
    seen.add(segment.name);
  }
}

function splitQuery(target: string, authority: string | undefined): Target {
  const mark = target.indexOf("?");
  if (mark === -1) return { path: target, query: "", authority };
  return { path: target.slice(0, mark), query: target.slice(mark + 1), authority };
}

function isNetworkScheme(scheme: string): boolean {
  return ["ws", "wss", "http", "https"].includes(scheme.toLowerCase());
}

function endOfAuthority(target: string, start: number): number {
  let at = start;
  while (at < target.length && target[at] !== "/" && target[at] !== "?") at++;
  return at;
}
