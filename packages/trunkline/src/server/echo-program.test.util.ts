/**
 * An echo server as a program of its own, for tests that need a process: it prints its port. Its one
 * argument says where the server runs.
 *
 * - `alone`: in the process's main thread
 * - `thread`: in a worker thread
 * - `cluster`: in two worker processes that share the port; an echo begins with the worker's id
 * - `unref`: as `alone`; nothing of an open connection keeps the process alive
 */
import cluster from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { maskShared } from "../connection/shared-memory.ts";
import { serve } from "./serve.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import { SocketServer } from "./socket-server.ts";

const [, file, mode = "alone"] = process.argv;
const logger = { warn: console.error, error: console.error };

function echo(socket: ServerWebSocket, data: string | Uint8Array): void {
  if (data === "has WebAssembly?") socket.send(String(maskShared !== undefined));
  else if (data === "who?") socket.send(String(cluster.worker?.id));
  else socket.send(data);
}

async function serveAlone(): Promise<number> {
  const { port } = await serve({ routes: { "/echo": { message: echo } }, logger });
  return port;
}

async function serveInThread(): Promise<number> {
  const worker = new Worker(file, { argv: ["thread"] });
  const [port] = (await once(worker, "message")) as [number];
  return port;
}

async function serveInCluster(): Promise<number> {
  const workers = [cluster.fork(), cluster.fork()];
  const ports = await Promise.all(
    workers.map(async (worker) => {
      const [{ port }] = (await once(worker, "listening")) as [AddressInfo];
      return port;
    }),
  );
  return ports[0];
}

/** In a cluster, port 0 is one port for all workers. */
async function serveUnref(): Promise<number> {
  const http = createServer();
  const sockets = new SocketServer({
    logger,
    routes: {
      "/echo": {
        upgrade: ({ raw }) => void raw.socket.unref(),
        open() {
          http.unref();
        },
        message: echo,
      },
    },
  });
  sockets.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return (http.address() as AddressInfo).port; // it listens on a port
}

if (!isMainThread) parentPort?.postMessage(await serveAlone());
else if (cluster.isWorker) await serveAlone();
else {
  const modes = { thread: serveInThread, cluster: serveInCluster, unref: serveUnref };
  const run = mode in modes ? modes[mode as keyof typeof modes] : serveAlone;
  console.log(await run());
}
