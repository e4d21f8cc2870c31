/**
 * `-x`: the executables of some folders of the document root answer plain HTTP requests as CGI scripts
 * (RFC 3875). What lies in these folders is never served as a file.
 */
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import type { Logger } from "../log.ts";
import { makeEnvironment } from "../processes/cgi-environment.ts";
import type { GroupedProcess } from "../processes/grouped-process.ts";
import { type ProcessPool, StartError } from "../processes/process-pool.ts";
import { showPath } from "../show-path.ts";
import { CgiAnswer } from "./cgi-answer.ts";
import { type Answer, decodePath, isServable } from "./static-files.ts";

export interface CgiOptions {
  readonly root: string;
  /** Paths of the server, such as `/cgi-bin`. */
  readonly paths: readonly string[];
  /** Folders whose files are never run. */
  readonly hidden: readonly string[];
  readonly pool: ProcessPool;
  readonly log: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Script {
  readonly file: string;
  readonly scriptName: string;
  readonly pathInfo: string;
}

/** Answers what lies below one of the paths. */
export function createCgi(options: CgiOptions): Answer {
  return async (request, response, path) => {
    const name = decodePath(path);
    const folder = options.paths.find((one) => name === one || name?.startsWith(`${one}/`));
    if (name === undefined || folder === undefined) return false;
    const script = await findScript(options, folder, name);
    if (typeof script === "number") return refuse(response, script);
    if (request.headers["transfer-encoding"] !== undefined) {
      // CONTENT_LENGTH is how a script knows the end of the body (section 4.1.2).
      return refuse(response, 411);
    }
    await run(options, script, request, response);
    return true;
  };
}

/** The first file on the way is the script, and what follows its path information. */
async function findScript(
  { root, hidden, log }: CgiOptions,
  folder: string,
  name: string,
): Promise<Script | number> {
  const segments = name
    .slice(folder.length)
    .split("/")
    .filter((segment) => segment !== "");
  let scriptName = folder;
  for (const [at, segment] of segments.entries()) {
    scriptName += `/${segment}`;
    const file = join(root, scriptName);
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory()) continue;
    if (!found?.isFile() || !(await isServable(root, hidden, scriptName))) return 404;
    if (await mayRun(file)) return { file, scriptName, pathInfo: restOf(segments, at) };
    log.warn(`${showPath(file)} has no run bit: chmod +x makes it a CGI script`);
    return 403;
  }
  return 404;
}

function restOf(segments: readonly string[], at: number): string {
  return segments
    .slice(at + 1)
    .map((segment) => `/${segment}`)
    .join("");
}

async function mayRun(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function run(
  { root, pool, log, environment }: CgiOptions,
  { file, scriptName, pathInfo }: Script,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = showPath(file);
  const pathTranslated = pathInfo && join(root, pathInfo);
  const described = { raw: request, scriptName, pathInfo, pathTranslated };
  let process: GroupedProcess;
  try {
    process = await pool.start(name, {
      file: await realpath(file),
      folder: dirname(file),
      environment: makeEnvironment(described, environment),
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    log.error(`${name}: ${error.message}; ${scriptName} answered 503`);
    return void refuse(response, 503);
  }
  request.pipe(process.input);
  await new CgiAnswer(process, response, name, pool).done;
}

function refuse(response: ServerResponse, status: number): true {
  response.writeHead(status, { "Content-Length": 0 }).end();
  return true;
}
