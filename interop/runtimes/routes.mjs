/** A handler of each kind, for whichever server a runtime has them on. */
import { floodOf } from "./payloads.mjs";
import { tell } from "./tell.mjs";

const echo = {
  message(socket, data) {
    socket.send(data);
  },
  close(_socket, { code, reason, wasClean }) {
    tell({ code, reason, wasClean });
  },
};

let begin;
const begun = new Promise((resolve) => {
  begin = resolve;
});

export const routes = {
  "/echo": echo,
  "/chat": { ...echo, protocols: ["chat.v2", "chat.v1"] },
  "/conversation": async (socket) => {
    for await (const data of socket) {
      if (!socket.send(data)) await socket.drained();
    }
  },
  "/takeover": {
    ...echo,
    perMessageDeflate: { serverNoContextTakeover: false, clientNoContextTakeover: false },
  },
  /** Sends without end until the reader is behind, says so, and goes on when it is told to. */
  "/flood": async (socket) => {
    const full = [];
    for (let at = 0; full.length === 0; at++) {
      if (!socket.send(floodOf(at))) full.push(at);
    }
    tell({ sent: full[0] + 1 });
    await socket.drained();
    socket.send("all has left");
  },
  /** Reads nothing until somebody opens `/begin`; then it tells how many messages came before "end". */
  "/late": async (socket) => {
    await begun;
    let count = 0;
    for await (const data of socket) {
      if (data === "end") break;
      count++;
    }
    socket.send(String(count));
  },
  "/begin": { open: () => begin() },
  "/topic/[name]": {
    open(socket) {
      socket.subscribe(socket.params.name);
      socket.send("subscribed");
    },
    message(socket, data) {
      socket.send(String(socket.publish(socket.params.name, data)));
    },
  },
  "/dismissal": {
    ...echo,
    message(socket, data) {
      const { code, reason } = JSON.parse(data);
      socket.close(code, reason);
    },
  },
  "/drop": {
    ...echo,
    message: (socket) => socket.terminate(),
  },
  "/refused": {
    upgrade: () => new Response("no key, no entry", { status: 401, headers: { "X-Why": "key" } }),
  },
};
