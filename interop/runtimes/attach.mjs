/** `SocketServer` on the node:http server of whatever runtime this is. */
import { createServer } from "node:http";
import { SocketServer } from "trunkline/server";
import { routes } from "./routes.mjs";
import { tell, whenStopped } from "./tell.mjs";

const http = createServer((_request, response) => response.end("hello"));
const sockets = new SocketServer({ routes });
sockets.attach(http);
http.listen(0, "127.0.0.1", () => tell(`ws://127.0.0.1:${http.address().port}`));
whenStopped(async () => {
  http.close();
  await sockets.close();
});
