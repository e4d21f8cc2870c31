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
    let immediate: NodeJS.Immediate | undefined;
    // What came while this thread was busy is read first: a pong, an answer, a Close that is waited for.
    const timer = setTimeout(() => {
      immediate = setImmediate(callback);
    }, ms);
    timer.unref();
    return {
      cancel: () => {
        clearTimeout(timer);
        clearImmediate(immediate);
      },
    };
  },
};
