/** An HTTP server of the application's own, listening on a free port and closed after the test. */
import { once } from "node:events";
import { createServer } from "node:http";

export async function startHttp(context, listener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** The same place, as a WebSocket client names it. */
export function socketUrl(origin, path) {
  return origin.replace("http", "ws") + path;
}
