/** What the programs share: servers on free ports, and their ends. */
import { once } from "node:events";

/** Listens on a free port of the loopback; gives the port. */
export async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

/** Calls what ends with a callback, and waits for it. */
export function end(object, method = "close") {
  return new Promise((resolve, reject) => {
    object[method]((error) => (error ? reject(error) : resolve()));
  });
}

/** The first arguments of an event's next call. */
export function next(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...given) => resolve(given)));
}

/** `count` texts of a socket, in order, whatever `ws` is: version 7 gives strings, 8 gives Buffers. */
export function takeTexts(socket, count) {
  const texts = [];
  return new Promise((resolve) => {
    socket.on("message", (data) => {
      texts.push(String(data));
      if (texts.length === count) resolve(texts);
    });
  });
}
