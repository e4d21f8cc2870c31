/**
 * The console: pages for a browser, built into this package (dist/console), under `/_trunkline/`.
 * In a checkout where they were not built yet the address says so.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Answer, createStaticFiles } from "./static-files.ts";

/** Where the pages live; their own links are built for it. */
export const CONSOLE_PATH = "/_trunkline/";

export interface ConsolePages {
  readonly areBuilt: boolean;
  /** Answers a path below CONSOLE_PATH. */
  answer: Answer;
  /** Answers `/`. */
  answerHome: Answer;
}

const BUILT = fileURLToPath(new URL("../console", import.meta.url));

export function createConsolePages(root: string = BUILT): ConsolePages {
  const areBuilt = existsSync(root);
  const files = createStaticFiles({ root });
  const answer: Answer = (request, response, path) =>
    files.answer(request, response, `/${path.slice(CONSOLE_PATH.length)}`);
  if (areBuilt) {
    return {
      areBuilt,
      answer,
      answerHome: (request, response) => files.answer(request, response, "/"),
    };
  }
  return { areBuilt, answer: sayMissing, answerHome: sayMissing };
}

const sayMissing: Answer = async (request, response) => {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" });
  response.end('The console\'s pages are not built: run "npm run build".\n');
  return true;
};
