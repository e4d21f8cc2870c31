/**
 * A session with somebody at a terminal: line editing and history by node:readline, a prompt that stays
 * below whatever comes in meanwhile. The history is that of the session: lines often hold tokens, and
 * nothing is written to a disk that nobody asked for.
 */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from "node:readline";
import { LINE_COMMANDS } from "./line.ts";
import type { ExitCode, Session } from "./session.ts";

export interface TerminalOptions {
  readonly input: NodeJS.ReadableStream;
  /** Undefined where lines are typed, but output goes elsewhere. */
  readonly output: NodeJS.WritableStream | undefined;
  readonly hasColour: boolean;
  /** Ctrl-C, which readline takes while it has the terminal. */
  onInterrupt(): void;
}

const GREEN = 32;
const HISTORY = 1000; // lines

export class Terminal {
  readonly #options: TerminalOptions;
  #readline: Interface | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  /** Writes above the prompt, and puts what is being typed back below. */
  print(text: string): void {
    const { output } = this.#options;
    const readline = this.#readline;
    if (!output) return;
    if (!readline) {
      output.write(`${text}\n`);
      return;
    }
    moveCursor(output, 0, -readline.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    output.write(`${text}\n`);
    readline.prompt(true);
  }

  /** Settles with the exit code when the session has ended; `interrupted` ends it, too. */
  async talk(session: Session, interrupted: Promise<unknown>): Promise<ExitCode> {
    const opening = session.open();
    const isOpen = await Promise.race([opening, interrupted.then(() => false)]);
    if (!isOpen) return session.quit();
    const readline = this.#start();
    const hasQuit = await Promise.race([
      takeLines(readline, session),
      interrupted.then(() => false),
    ]);
    this.#readline = undefined;
    readline.close();
    // The prompt stands there still, with what was typed behind it.
    if (!hasQuit) this.#options.output?.write("\n");
    return session.quit();
  }

  #start(): Interface {
    const { input, output, hasColour, onInterrupt } = this.#options;
    const readline = createInterface({
      input,
      ...(output && { output }),
      terminal: output !== undefined,
      historySize: HISTORY,
      removeHistoryDuplicates: true,
      completer: complete,
      prompt: hasColour ? `\x1b[${GREEN}m>\x1b[39m ` : "> ",
    });
    readline.on("SIGINT", onInterrupt);
    if (output) {
      this.#readline = readline;
      readline.prompt();
    }
    return readline;
  }
}

/**
 * One line after the other, so that what follows a /close meets what came of it. Settles with true after
 * /quit, with false after Ctrl-D.
 */
async function takeLines(readline: Interface, session: Session): Promise<boolean> {
  const lines = readline[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await lines.next();
    if (done) return false;
    if ((await session.take(value)) === "end") return true;
    readline.prompt();
  }
}

function complete(line: string): [string[], string] {
  const words = Object.keys(LINE_COMMANDS).map((word) => `${word} `);
  return [line.startsWith("/") ? words.filter((word) => word.startsWith(line)) : [], line];
}
