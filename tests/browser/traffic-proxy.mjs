// @ts-check
// A TCP proxy between a browser and the server that counts what passes.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { Traffic } from "./traffic.mjs";

/**
 * @typedef Proxy
 * @property {string} url
 * @property {Traffic} traffic
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} target such as `http://localhost:9998`
 * @returns {Promise<Proxy>}
 */
export async function openProxy(target) {
  const traffic = new Traffic();
  const sockets = new Set();
  const { port, hostname: host } = new URL(target);
  const server = createServer((near) => {
    const far = connect({ port: Number(port), host });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    relay(near, far, traffic.connection());
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it listens on no port");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { url: `http://localhost:${address.port}`, traffic, close };
}

/**
 * @param {import("node:net").Socket} near
 * @param {import("node:net").Socket} far
 * @param {ReturnType<Traffic["connection"]>} count
 */
function relay(near, far, count) {
  near.on("data", (bytes) => {
    count.fromBrowser(bytes);
    far.write(bytes);
  });
  far.on("data", (bytes) => {
    count.fromServer(bytes);
    near.write(bytes);
  });
  near.on("end", () => far.end());
  far.on("end", () => near.end());
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
}
