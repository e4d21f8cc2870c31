/** A `ws` server for a test, closed after it. */
import { once } from "node:events";
import { WebSocketServer } from "ws";
import { Mailbox } from "./events.mjs";

/** An echo that keeps what it saw; `options` are the WebSocketServer's. */
export async function startWs(context, options = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  const seen = { sockets: new Mailbox(), requests: new Mailbox(), closes: new Mailbox() };
  server.on("connection", (socket, request) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on("close", (code, reason) => seen.closes.put({ code, reason: reason.toString() }));
    seen.sockets.put(socket);
    seen.requests.put(request);
  });
  await once(server, "listening");
  context.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { server, seen, url: `ws://127.0.0.1:${server.address().port}` };
}
