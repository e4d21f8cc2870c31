/**
 * Whether what a file exports is a handler. The sentences say what was found and what to do; the
 * library checks the hooks themselves when the routes are set.
 */

/** The names that make an object a handler: one of them must be there. */
const HOOKS = [
  "conversation",
  "message",
  "open",
  "close",
  "upgrade",
  "drain",
  "dropped",
  "closing",
] as const;

/** As the library takes them: hooks, or a function that is a conversation. */
export type LoadedHandler = object;

export type CheckedExport = { readonly handler: LoadedHandler } | { readonly fault: string };

export function checkExports(namespace: Readonly<Record<string, unknown>>): CheckedExport {
  if (!Object.hasOwn(namespace, "default")) return { fault: missingDefault(namespace) };
  const value = namespace.default;
  if (typeof value === "function") return checkFunction(value);
  if (typeof value !== "object" || value === null) return wrong(describe(value));
  if (value instanceof Promise) return wrong("a promise");
  if (Array.isArray(value)) return wrong("an array");
  if (HOOKS.some((name) => name in value)) return { handler: value };
  const keys = Object.keys(value);
  return wrong(
    keys.length === 0 ? "an empty object" : `an object with ${keys.slice(0, 5).join(", ")}`,
  );
}

function checkFunction(value: object): CheckedExport {
  return /^class\b/.test(Function.prototype.toString.call(value))
    ? wrong("a class")
    : { handler: value };
}

function missingDefault(namespace: object): string {
  const names = Object.keys(namespace);
  const found =
    names.length === 0 ? "it exports nothing" : `it exports ${names.slice(0, 5).join(", ")}`;
  return `no default export (${found}); write export default { message(socket, data) { … } }`;
}

function wrong(found: string): CheckedExport {
  const wanted = `an object with one of ${HOOKS.slice(0, 5).join(", ")}, or an async function`;
  return { fault: `the default export is ${found}; a handler is ${wanted}` };
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
