/**
 * What a file's path inside the handlers folder says: which resource it answers, or that it is no
 * handler. Names are taken as they are: the route table compares percent-decoded segments.
 */

/** Who runs a handler's file: this process, the Python worker, or the system. */
export type HandlerKind = "module" | "python" | "executable";

const MODULE = /\.[cm]?[jt]s$/;
/** pywebsocket's own ending. */
const PYTHON = /_wsh\.py$/;

/** The kind that a name says; undefined where the name is no handler's. An executable has no name of its own. */
export function kindOf(name: string): Exclude<HandlerKind, "executable"> | undefined {
  if (isHelperName(name)) return undefined;
  if (PYTHON.test(name)) return "python";
  return isModuleName(name) ? "module" : undefined;
}

/** Whether a file that the system can run would be a handler under this name. */
export function mayBeExecutable(name: string): boolean {
  return !isHelperName(name) && !PYTHON.test(name) && !MODULE.test(name);
}

/** The path inside the folder, with slashes, to a resource. */
export function resourceOf(name: string, kind: HandlerKind): string {
  // "DIR/a/b_wsh.py" is "/a/b" to pywebsocket, which knows no index.
  if (kind === "python") return `/${name.replace(PYTHON, "")}`;
  const ending = kind === "module" ? MODULE : /(?<=[^/])\.[^./]+$/;
  const segments = name.replace(ending, "").split("/");
  if (segments.at(-1) === "index") segments.pop();
  return `/${segments.join("/")}`;
}

/** Whether a folder of this name is searched for handlers. */
export function isHandlerFolderName(name: string): boolean {
  return !/^[_.]/.test(name) && name !== "node_modules";
}

function isHelperName(name: string): boolean {
  return /^[_.]/.test(baseOf(name));
}

function isModuleName(name: string): boolean {
  return MODULE.test(name) && !/\.d\.[cm]?ts$/.test(name) && !/\.test\./.test(baseOf(name));
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** Two resources with one shape match the same paths: `/[a]` and `/[b]`. */
export function shapeOf(resource: string): string {
  return resource.replace(/\[(\.\.\.)?[^\]/]*\]/g, "[$1]");
}

/** Why the route table would not take this resource; undefined when it would. */
export function faultOf(resource: string): string | undefined {
  if (/[?#]/.test(resource)) return 'a "?" or "#" in its name, which no path can hold';
  const segments = resource.split("/").slice(1);
  const bad = segments.find((segment) => /[[\]]/.test(segment) && !isParameter(segment));
  if (bad !== undefined) return `"${bad}" where a parameter is a whole name such as "[name]"`;
  const rest = segments.findIndex((segment) => segment.startsWith("[..."));
  if (rest !== -1 && rest < segments.length - 1) return `"${segments[rest]}" before its end`;
  const names = segments.filter(isParameter).map((segment) => segment.replace("...", ""));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `two parameters ${twice}`;
}

function isParameter(segment: string): boolean {
  return /^\[(\.\.\.)?(?!__proto__\])[\w-]+\]$/.test(segment);
}
