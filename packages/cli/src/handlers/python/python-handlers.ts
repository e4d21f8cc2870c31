/** The `*_wsh.py` files of the handlers folder as handlers of the library: each asks the one worker. */
import type { HooksHandler, UpgradeRequest, UpgradeResult } from "trunkline/server";
import type { Logger } from "../../log.ts";
import { tlsVariables } from "../../processes/tls-variables.ts";
import { showPath } from "../../show-path.ts";
import type { HandlerFile } from "../folder-scan.ts";
import type { ForeignHandler, ForeignLoader } from "../foreign-loader.ts";
import { LoadProblem } from "../load-problem.ts";
import type { PythonConnection, Verdict } from "./python-connection.ts";
import type { PythonWorker } from "./python-worker.ts";

const NEVER_OPENED = { code: 1006, reason: "", wasClean: false };

export class PythonHandlers implements ForeignLoader {
  readonly #worker: PythonWorker;
  readonly #root: string;
  readonly #log: Logger;

  /** `root`: the handlers folder. */
  constructor(worker: PythonWorker, root: string, log: Logger) {
    this.#worker = worker;
    this.#root = root;
    this.#log = log;
  }

  async load({ path, resource }: HandlerFile): Promise<ForeignHandler> {
    const outcome = await this.#worker.load(path, this.#root);
    if (outcome.kind === "failed") {
      const { file, line, message } = outcome;
      throw new LoadProblem({ file, line: line ?? undefined }, message);
    }
    const files = outcome.kind === "loaded" ? outcome.files : [];
    return { handler: this.#makeHandler(path, resource), files };
  }

  #makeHandler(path: string, resource: string): HooksHandler<PythonConnection> {
    return {
      upgrade: (request) => this.#upgrade(path, resource, request),
      open: (socket) => socket.data.opened(socket),
      message: (socket, data) => socket.data.message(socket, data),
      drain: (socket) => socket.data.drained(),
      closing: (socket, close) => socket.data.closing(close),
      close: (socket, info) => socket.data.ended(info),
    };
  }

  async #upgrade(
    path: string,
    resource: string,
    request: UpgradeRequest,
  ): Promise<UpgradeResult<PythonConnection>> {
    const { raw } = request;
    const connection = this.#worker.open(raw, describeHead(path, request));
    if (!connection) return refuse(503, "No Python worker runs now.");
    // Also where it comes to nothing before it is open; `ended` counts once.
    raw.socket.once("close", () => connection.ended(NEVER_OPENED));
    const verdict = await connection.verdict;
    if (verdict.kind === "refuse") return refuse(verdict.status, verdict.reason);
    if (verdict.kind === "abort") return drop(request);
    const fault = findFault(verdict, request);
    if (fault === undefined) return accept(verdict, connection);
    this.#log.error(`${showPath(path)}: ${fault}; ${resource} answered 500`);
    return refuse(500, "The handler failed.");
  }
}

function accept(verdict: Verdict & { kind: "accept" }, data: PythonConnection) {
  const { protocol, headers, deflate: perMessageDeflate } = verdict;
  const pairs = headers.map(([name, value]): [string, string] => [name, value]);
  return { data, perMessageDeflate, headers: pairs, ...(protocol === null ? {} : { protocol }) };
}

/** "TCP closed, nothing written": but what the handler wrote itself leaves first. */
async function drop({ raw }: UpgradeRequest): Promise<Response> {
  await new Promise((resolve) => raw.socket.write("", resolve));
  return Response.error();
}

function refuse(status: number, reason: string): Response {
  return new Response(reason && `${reason}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

/** What pywebsocket would have sent, and a client would have failed the connection for. */
function findFault(verdict: Verdict & { kind: "accept" }, { protocols }: UpgradeRequest) {
  const { protocol } = verdict;
  if (protocol === null || protocols.includes(protocol)) return undefined;
  return `request.ws_protocol is ${JSON.stringify(protocol)}, which the client did not offer`;
}

function describeHead(
  path: string,
  { raw, protocols, remoteAddress, url }: UpgradeRequest,
): object {
  const { rawHeaders, socket } = raw;
  const lines = [`${raw.method} ${raw.url} HTTP/${raw.httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return {
    path,
    lines,
    protocols,
    https: url.protocol === "wss:",
    tls: tlsVariables(socket),
    remote: [remoteAddress, socket.remotePort],
    local: [socket.localAddress, socket.localPort],
  };
}
