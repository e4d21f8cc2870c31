/**
 * The servers of the pages that show one idea each: the four events, a peer that reads slowly, and
 * messages that nobody asked for.
 */
import { defineHandler, type HooksHandler, type ServerWebSocket } from "trunkline/server";
import { type Clock, repeat } from "../clock.ts";

/** Echoes; "close" and "drop" make the server end the connection, well and badly. */
export const EVENTS: HooksHandler = defineHandler({
  message(socket, data) {
    if (data === "close") socket.close(4001, "the page asked for it");
    else if (data === "drop") socket.terminate();
    else socket.send(data);
  },
});

interface Reading {
  /** Bytes a second. */
  readonly rate: number;
  read: number;
}

const SLOWEST = 1000;

/** Reads so many bytes a second, and tells after each message how many it has read. */
export function makeSlowHandler(clock: Clock): HooksHandler<Reading> {
  return defineHandler<Reading>({
    // The page sends zeros: compressed, they would never wait.
    perMessageDeflate: false,
    upgrade({ url }) {
      const rate = Number(url.searchParams.get("rate"));
      return { data: { rate: Math.max(SLOWEST, rate || 0), read: 0 } };
    },
    message(socket, data) {
      const { data: reading } = socket;
      reading.read += data.length;
      socket.send(JSON.stringify({ read: reading.read }));
      // What is not read stays in the TCP connection, and then in the page that sends.
      socket.pause();
      clock.setTimer(() => socket.resume(), (data.length / reading.rate) * 1000);
    },
  });
}

const PUSHED = "_trunkline/push";
const PUSH_EVERY = 1000;

/** Tells the time once a second, and whatever one page wants all to hear. */
export function makePushHandler(clock: Clock): HooksHandler {
  const open = new Set<ServerWebSocket>();
  let timer: { cancel(): void } | undefined;
  const tick = (): void => {
    const [first] = open;
    if (first === undefined) return;
    tellAll(first, { kind: "tick", time: clock.now(), pages: open.size });
  };
  return defineHandler({
    maxMessageSize: 1024,
    open(socket) {
      open.add(socket);
      socket.subscribe(PUSHED);
      timer ??= repeat(clock, tick, PUSH_EVERY);
    },
    message(socket, data) {
      if (typeof data === "string") {
        tellAll(socket, { kind: "word", time: clock.now(), pages: open.size, text: data });
      }
    },
    close(socket) {
      open.delete(socket);
      if (open.size > 0) return;
      timer?.cancel();
      timer = undefined;
    },
  });
}

/** `publish` leaves out the socket that publishes. */
function tellAll(socket: ServerWebSocket, message: object): void {
  const text = JSON.stringify(message);
  socket.send(text);
  socket.publish(PUSHED, text);
}
