/**
 * Where the program stands, when it stands somewhere: the page of jsdom or happy-dom, a worker's
 * script, Deno's `--location`. Node alone has no `location`.
 *
 * It is the standard's "API base URL", and gives the Origin that a page cannot choose. It is asked
 * for each socket, as a test may move its page.
 */
export function baseUrl(): URL | undefined {
  // Not among Node's types.
  const { location } = globalThis as { readonly location?: { readonly href?: unknown } };
  const href = location?.href;
  return typeof href === "string" && URL.canParse(href) ? new URL(href) : undefined;
}
