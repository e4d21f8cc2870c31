/**
 * Ctrl-C and its like: the first signal asks for an orderly end, a second one ends the process at
 * once with the code that shells give for that signal.
 */

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof CODES;

/** The part of `process` that this needs. */
export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown;
  exit(code: number): void;
}

/** Settles at the first signal. */
export function firstSignal(source: SignalSource): Promise<EndingSignal> {
  return new Promise((resolve) => {
    let isEnding = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      source.on(signal, () => {
        if (isEnding) source.exit(CODES[signal]);
        isEnding = true;
        resolve(signal);
      });
    }
  });
}
