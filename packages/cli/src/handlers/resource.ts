/**
 * What a file's path inside the handlers folder says: which resource it answers, or that it is no
 * handler. Names are taken as they are: the route table compares percent-decoded segments.
 */

/** The path inside the folder, with slashes, to a resource; undefined where the name is no handler's. */
export function resourceOf(name: string): string | undefined {
  if (!isHandlerName(name)) return undefined;
  const segments = name.replace(/\.[cm]?[jt]s$/, "").split("/");
  if (segments.at(-1) === "index") segments.pop();
  return `/${segments.join("/")}`;
}

/** Whether a folder of this name is searched for handlers. */
export function isHandlerFolderName(name: string): boolean {
  return !/^[_.]/.test(name) && name !== "node_modules";
}

function isHandlerName(name: string): boolean {
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (/^[_.]/.test(base) || !/\.[cm]?[jt]s$/.test(base)) return false;
  return !/\.d\.[cm]?ts$/.test(base) && !/\.test\./.test(base);
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
