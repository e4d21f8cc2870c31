/** Our server with a handler for each thing that the peers' clients are asked to do. */
import { serve } from "trunkline";
import { Mailbox } from "./events.mjs";

/** Starts it for a test, and closes it after; `options` are serve's. What the handlers saw is in its mailboxes. */
export async function startOurs(context, options = {}) {
  const seen = { messages: new Mailbox(), sockets: new Mailbox(), closes: new Mailbox() };
  const watch = {
    open: (socket) => seen.sockets.put(socket),
    close: (_socket, info) => seen.closes.put(info),
  };
  const server = await serve({
    logger: {},
    ...options,
    routes: {
      "/echo": {
        ...watch,
        message(socket, data) {
          seen.messages.put(data);
          socket.send(data);
        },
      },
      "/chat": { ...watch, protocols: ["chat.v2", "chat.v1"] },
      "/refused": {
        upgrade: () =>
          new Response("no key, no entry", { status: 401, headers: { "X-Why": "key" } }),
      },
      "/headers": {
        upgrade: ({ headers }) => ({
          headers: { "X-Answer": "42" },
          data: headers.get("authorization"),
        }),
        open: (socket) => socket.send(String(socket.data)),
      },
      "/topic": {
        open(socket) {
          socket.subscribe("news");
          socket.send("subscribed");
        },
      },
      "/small": { ...watch, maxMessageSize: 1024 },
      "/plain": { ...watch, perMessageDeflate: false },
    },
  });
  context.after(() => server.close({ timeout: 0 }));
  return { server, seen, url: `ws://127.0.0.1:${server.port}` };
}
