/** Time as everything in the command sees it: the machine's, or one that a test moves by hand. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds; the machine's own clock gives them since 1970, as a page's `performance` does. */
  now(): number;
  /** Calls once; the timer does not keep the process alive. */
  setTimer(callback: () => void, ms: number): Timer;
}

export const machineClock: Clock = {
  // Date.now() has whole milliseconds, and an age on loopback is a fraction of one.
  now: () => performance.timeOrigin + performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Calls again and again until it is cancelled. */
export function repeat(clock: Clock, callback: () => void, ms: number): Timer {
  const again = (): void => {
    timer = clock.setTimer(again, ms);
    callback();
  };
  let timer = clock.setTimer(again, ms);
  return { cancel: () => timer.cancel() };
}
