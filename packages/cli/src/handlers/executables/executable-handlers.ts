/**
 * Executable files as handlers, one process for each connection. What can be known of a file before
 * somebody connects (its run bit, its interpreter) is found when it is loaded.
 */
import { dirname } from "node:path";
import type { HooksHandler, UpgradeRequest } from "trunkline/server";
import { makeEnvironment } from "../../processes/cgi-environment.ts";
import { type ProcessPool, StartError } from "../../processes/process-pool.ts";
import { showPath } from "../../show-path.ts";
import type { HandlerFile } from "../folder-scan.ts";
import type { ForeignHandler, ForeignLoader } from "../foreign-loader.ts";
import { LoadProblem } from "../load-problem.ts";
import { ExecutableSession } from "./executable-session.ts";
import { findFault } from "./program-file.ts";

export type OwnEnvironment = Readonly<Record<string, string | undefined>>;

export class ExecutableHandlers implements ForeignLoader {
  readonly #pool: ProcessPool;
  readonly #environment: OwnEnvironment;

  constructor(pool: ProcessPool, environment: OwnEnvironment) {
    this.#pool = pool;
    this.#environment = environment;
  }

  async load(file: HandlerFile): Promise<ForeignHandler> {
    const fault = await findFault(file.path, this.#environment.PATH ?? "");
    if (fault !== undefined) throw new LoadProblem({ file: file.path }, fault);
    return { handler: makeHandler(file, this.#pool, this.#environment), files: [] };
  }
}

function makeHandler(
  file: HandlerFile,
  pool: ProcessPool,
  environment: OwnEnvironment,
): HooksHandler<ExecutableSession> {
  return {
    upgrade: (request) => begin(file, pool, environment, request),
    open: (socket) => socket.data.open(socket),
    message: (socket, data) => socket.data.message(socket, data),
    drain: (socket) => socket.data.drain(),
    close: (socket) => socket.data.stop(),
  };
}

/** Starts the process before the connection is accepted, so that a failure is a 503. */
async function begin(
  { path, resource }: HandlerFile,
  pool: ProcessPool,
  environment: OwnEnvironment,
  { raw, url, remoteAddress }: UpgradeRequest,
): Promise<{ readonly data: ExecutableSession } | Response> {
  const name = showPath(path);
  try {
    const request = { raw, url, remoteAddress, scriptName: resource };
    const process = await pool.start(name, {
      file: path,
      folder: dirname(path),
      environment: makeEnvironment(request, environment),
    });
    // Also where the connection comes to nothing before it is open.
    if (raw.socket.destroyed) process.stop();
    else raw.socket.once("close", () => process.stop());
    return { data: new ExecutableSession(process, name, pool.log) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    pool.log.error(`${name}: ${error.message}; ${resource} answered 503`);
    return new Response("The program of this resource cannot be started now.\n", { status: 503 });
  }
}
