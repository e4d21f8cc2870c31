/**
 * Ctrl-C and its like: the first signal asks for an orderly end, a second one ends the process at
 * once with the code that shells give for that signal.
 *
 * Under `npm start` one Ctrl-C may arrive twice, from the terminal and again from npm, which passes
 * its own on. So what comes this soon after the first is the same one; nobody presses that fast.
 */
const SAME_SIGNAL = 250; // milliseconds

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof CODES;

/** The part of `process` that this needs. */
export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown;
  exit(code: number): void;
  /** Milliseconds, never backwards. */
  now(): number;
}

/** Those that come to this process. */
export const processSignals: SignalSource = {
  on: (signal, listener) => process.on(signal, listener),
  exit: (code) => process.exit(code),
  now: () => performance.now(),
};

/** Settles at the first signal. */
export function firstSignal(source: SignalSource): Promise<EndingSignal> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      source.on(signal, () => {
        if (first === undefined) first = source.now();
        else if (source.now() - first > SAME_SIGNAL) source.exit(CODES[signal]);
        resolve(signal);
      });
    }
  });
}
