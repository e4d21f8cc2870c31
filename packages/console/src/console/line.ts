// The one connection of the page: a browser WebSocket, and what happens on it told in order.
// It knows nothing of the page, and shows nothing.

import { type ReadyState, stateOf } from "../ready-state.ts";

export interface LineFacts {
  readonly state: ReadyState;
  readonly protocol: string;
  readonly extensions: string;
  readonly bufferedAmount: number;
}

export interface LineClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** Whether the connection was ever open: 1006 means different things before and after. */
  readonly wasOpen: boolean;
}

export interface LineListener {
  opened(facts: LineFacts): void;
  received(data: string | Uint8Array): void;
  closed(close: LineClose): void;
}

const noLine: LineFacts = { state: 3, protocol: "", extensions: "", bufferedAmount: 0 };

export class Line {
  readonly #listener: LineListener;
  #socket: WebSocket | undefined;

  constructor(listener: LineListener) {
    this.#listener = listener;
  }

  get facts(): LineFacts {
    const socket = this.#socket;
    if (socket === undefined) return noLine;
    const { protocol, extensions, bufferedAmount } = socket;
    return { state: stateOf(socket), protocol, extensions, bufferedAmount };
  }

  /** Throws what the browser's constructor throws. */
  open(address: string, protocols: string[]): void {
    const socket = new WebSocket(address, protocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let wasOpen = false;
    socket.addEventListener("open", () => {
      wasOpen = true;
      this.#listener.opened(this.facts);
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#listener.received(typeof data === "string" ? data : new Uint8Array(data));
    });
    // No listener for "error": a close event follows each, and an error event says nothing more.
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      this.#listener.closed({ code, reason, wasClean, wasOpen });
    });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket?.send(data);
  }

  close(code: number | undefined, reason: string): void {
    if (code === undefined) this.#socket?.close();
    else this.#socket?.close(code, reason);
  }
}
