// The four values of readyState: their names, which are the same in every language, and how a page shows them.
import { setText } from "./page.ts";
import { texts } from "./texts.ts";

export type ReadyState = 0 | 1 | 2 | 3;

export const stateNames = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"] as const;

export function stateOf(socket: WebSocket | undefined): ReadyState {
  switch (socket?.readyState) {
    case WebSocket.CONNECTING:
      return 0;
    case WebSocket.OPEN:
      return 1;
    case WebSocket.CLOSING:
      return 2;
    default:
      return 3;
  }
}

export function showState(pill: HTMLElement, state: ReadyState): void {
  pill.dataset.state = String(state);
  setText(pill, texts.states[state] ?? "");
}

/** Marks the present one in the page's list of the four. */
export function markState(state: ReadyState): void {
  for (const item of document.querySelectorAll<HTMLElement>(".states [data-state]")) {
    if (item.dataset.state === String(state)) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}
