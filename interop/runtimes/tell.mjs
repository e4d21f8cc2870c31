/** How a program talks to the test that started it; it runs on every runtime. */

/** A line for the test. */
export function tell(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Called when the test wants no more of this program, or is gone. */
export function whenStopped(stop) {
  process.stdin.on("end", stop).resume();
}
