/**
 * `trunkline connect`: chooses who brings the lines and where things are shown, by what is a terminal,
 * and puts the parts together.
 */
import { readClientOptions } from "../client-options.ts";
import { machineClock } from "../clock.ts";
import type { CommandContext } from "../run.ts";
import { firstSignal, processSignals } from "../serve/signals.ts";
import { dialTo } from "./connection.ts";
import { type ConnectSettings, parseConnectOptions } from "./options.ts";
import { createPlainOutput, createScreenOutput } from "./output.ts";
import { runLines, runPipe } from "./script.ts";
import { type Output, Session } from "./session.ts";
import { Terminal } from "./terminal.ts";

export async function connectCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const settings = parseConnectOptions(args);
  if ("help" in settings) {
    context.stdout.write(settings.help);
    return 0;
  }
  const { maxMessageSize } = settings;
  const options = {
    ...(await readClientOptions(settings)),
    ...(maxMessageSize !== undefined && { maxMessageSize }),
  };
  const { stdin } = process;
  const isInteractive = settings.execute === undefined && stdin.isTTY === true;
  const { interrupted, interrupt } = watchInterrupts();
  const terminal = makeTerminal(context, interrupt);
  const session = new Session({
    dial: dialTo(settings.url, options),
    address: settings.url.href,
    output: makeOutput(settings, { context, terminal, isInteractive }),
    clock: machineClock,
    sendsBinary: settings.binary,
    isInteractive,
  });
  if (isInteractive) return terminal.talk(session, interrupted);
  const { execute } = settings;
  const running = execute
    ? runLines(session, execute, settings)
    : runPipe(session, stdin, settings);
  return Promise.race([running, interrupted.then(() => session.quit())]);
}

interface Interrupts {
  readonly interrupted: Promise<unknown>;
  /** As if SIGINT had come: readline takes Ctrl-C for itself. */
  interrupt(): void;
}

/** SIGINT, SIGTERM, or whoever reads our output has gone. A second one ends the process at once. */
function watchInterrupts(): Interrupts {
  let interrupt = (): void => {};
  const signal = firstSignal({
    ...processSignals,
    on(name, listener) {
      if (name === "SIGINT") interrupt = listener;
      process.on(name, listener);
    },
  });
  const unread = new Promise<void>((resolve) => process.stdout.once("error", () => resolve()));
  return { interrupted: Promise.race([signal, unread]), interrupt: () => interrupt() };
}

function makeTerminal({ environment }: CommandContext, onInterrupt: () => void): Terminal {
  const { stdin, stdout } = process;
  return new Terminal({
    input: stdin,
    output: stdout.isTTY ? stdout : undefined,
    hasColour: !environment.NO_COLOR,
    onInterrupt,
  });
}

interface Surroundings {
  readonly context: CommandContext;
  readonly terminal: Terminal;
  readonly isInteractive: boolean;
}

function makeOutput(settings: ConnectSettings, surroundings: Surroundings): Output {
  const { context, terminal, isInteractive } = surroundings;
  const complain = (line: string) => context.stderr.write(`trunkline: ${line}\n`);
  if (!process.stdout.isTTY) {
    const write = (data: string | Uint8Array) => process.stdout.write(data);
    return createPlainOutput({ write, complain, writesBytes: settings.binary });
  }
  return createScreenOutput({
    print: (text) => terminal.print(text),
    ...(!isInteractive && { complain }),
    hasColour: !context.environment.NO_COLOR,
    isConversation: isInteractive,
    json: settings.json,
  });
}
