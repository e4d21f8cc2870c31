/** Time as everything in the command sees it: the machine's, or one that a test moves by hand. */
export { machineClock, type PageClock as Clock } from "./pages/clock.ts";

export interface Timer {
  cancel(): void;
}
