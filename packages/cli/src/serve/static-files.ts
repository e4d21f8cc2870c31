/**
 * Answers GET and HEAD from a folder, or leaves the request to the next.
 *
 * `send` does the HTTP: types, ranges, conditional requests, HEAD (sirv, the other well-kept choice,
 * knows If-None-Match only and has no If-Range). What this file adds is what may be served: nothing
 * that a link leads to outside the folder, nothing that lies under one of the `hidden` folders, and
 * no name that begins with a dot.
 */
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";

export interface StaticFilesOptions {
  readonly root: string;
  /** Folders whose files are never served, wherever they lie. */
  readonly hidden?: readonly string[];
}

/** Settles with whether the request was answered. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<boolean>;

export interface StaticFiles {
  /** `path` is that of the request target, still escaped. */
  answer: Answer;
}

export function createStaticFiles({ root, hidden = [] }: StaticFilesOptions): StaticFiles {
  return {
    async answer(request, response, path) {
      if (request.method !== "GET" && request.method !== "HEAD") return false;
      const file = await findFile(root, hidden, path);
      if (file === undefined) return false;
      if (file === "folder") return redirect(request, response, path);
      return sendFile(request, response, root, file);
    },
  };
}

/** The file's path inside the root, escaped for `send`; "folder" for one that has an index and lacks its slash. */
async function findFile(
  root: string,
  hidden: readonly string[],
  path: string,
): Promise<string | undefined | "folder"> {
  const name = decodePath(path);
  if (name === undefined) return undefined;
  const isFolder = name.endsWith("/");
  if (await isServable(root, hidden, isFolder ? `${name}index.html` : name)) {
    return encodePath(isFolder ? `${name}index.html` : name);
  }
  if (!isFolder && (await isServable(root, hidden, `${name}/index.html`))) return "folder";
  return undefined;
}

/** Undefined for what can name no file of ours: bad escapes, NUL, backslashes, dot segments. */
export function decodePath(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith("/") || /[\0\\]/.test(decoded)) return undefined;
  const segments = decoded.split("/").slice(1);
  // A name with a leading dot, "." and ".." among them; and an empty one anywhere but at the end.
  if (segments.some((segment) => segment.startsWith("."))) return undefined;
  return segments.slice(0, -1).includes("") ? undefined : decoded;
}

function encodePath(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** Whether the name, below the root, is a file that may leave it. */
export async function isServable(
  root: string,
  hidden: readonly string[],
  name: string,
): Promise<boolean> {
  try {
    const [folder, real] = await Promise.all([realpath(root), realpath(join(root, name))]);
    if (!isInside(real, folder) || !(await stat(real)).isFile()) return false;
    const kept = await Promise.all(hidden.map((path) => realpath(path).catch(() => path)));
    return !kept.some((path) => isInside(real, path));
  } catch {
    return false;
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Relative links of an index page need the slash. `path` begins with one slash only: findFile saw to that. */
function redirect(request: IncomingMessage, response: ServerResponse, path: string): true {
  const query = /\?.*$/.exec(request.url ?? "")?.[0] ?? "";
  const last = path.slice(path.lastIndexOf("/") + 1);
  // Relative, so that it holds behind a proxy that adds a prefix.
  response.writeHead(301, { Location: `./${last}/${query}`, "Content-Length": 0 }).end();
  return true;
}

/** Loaded at the first file: its table of types is not what a start should wait for. */
async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  name: string,
): Promise<boolean> {
  const { default: send } = await import("send");
  response.setHeader("X-Content-Type-Options", "nosniff");
  return new Promise((resolve) => {
    response.once("close", () => resolve(true));
    send(request, name, { root, dotfiles: "ignore", index: false })
      .on("error", ({ status }: Error & { readonly status?: number }) => {
        if (response.headersSent) return response.destroy();
        // Anything else means that the file went away meanwhile.
        if (status !== 416 && status !== 412) return resolve(false);
        response.writeHead(status).end();
      })
      .pipe(response);
  });
}
