/**
 * Who answers a plain HTTP request, in this order: the feed of the console's pages; a CGI script; a
 * file of the document root; the console, at `/` and below `/_trunkline/`; else the library (426 where a socket
 * lives, else 404).
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpListener } from "trunkline/server";
import type { Logger } from "../log.ts";
import type { PageServer } from "../pages/page-server.ts";
import { CONSOLE_PATH, type ConsolePages } from "./console-pages.ts";
import type { Answer, StaticFiles } from "./static-files.ts";

export interface HttpAnswersOptions {
  readonly cgi?: Answer | undefined;
  readonly files: StaticFiles | undefined;
  readonly console: ConsolePages | undefined;
  /** There with the console, and not without. */
  readonly pageServer?: PageServer | undefined;
  readonly log: Logger;
}

export function createHttpAnswers(options: HttpAnswersOptions): HttpListener {
  return (request, response, next) => {
    if (options.pageServer?.take(request, response)) return;
    answer(options, request, response).then(
      (isAnswered) => {
        if (!isAnswered) next();
      },
      (error: unknown) => fail(options.log, response, error),
    );
  };
}

async function answer(
  { cgi, files, console, log }: HttpAnswersOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = (request.url ?? "").replace(/[?#].*$/s, "");
  log.debug(`${request.method} ${path}`);
  if (await cgi?.(request, response, path)) return true;
  if (await files?.answer(request, response, path)) return true;
  if (!console) return false;
  if (path === "/") return console.answerHome(request, response, path);
  if (path.startsWith(CONSOLE_PATH)) return console.answer(request, response, path);
  if (`${path}/` !== CONSOLE_PATH) return false;
  response.writeHead(301, { Location: `.${CONSOLE_PATH}`, "Content-Length": 0 }).end();
  return true;
}

function fail(log: Logger, response: ServerResponse, error: unknown): void {
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}
