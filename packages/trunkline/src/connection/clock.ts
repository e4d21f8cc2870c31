/**
 * Time as a connection sees it: injected, so that tests move it by hand.
 */
export interface Clock {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds; the timer does not keep the process alive. */
  setTimer(callback: () => void, ms: number): Timer;
  /** Deadlines this close together, in milliseconds, may be served by one timer. 0: each at its time. */
  readonly resolution: number;
}

export interface Timer {
  cancel(): void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  resolution: 250,
  now: () => performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
