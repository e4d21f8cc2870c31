/** A client and the server's end of one connection, for tests of what stands in for `ws`. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { ClientOptions } from "./client-handshake.ts";
import { WebSocket } from "./websocket.ts";
import { type ServerOptions, WebSocketServer } from "./websocket-server.ts";

export interface OpenPair {
  readonly client: WebSocket;
  readonly peer: WebSocket;
  readonly server: WebSocketServer;
  readonly url: string;
}

export async function startServer(
  context: TestContext,
  options: ServerOptions = {},
): Promise<{ readonly server: WebSocketServer; readonly url: string }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await once(server, "listening");
  context.after(() => {
    for (const socket of server.clients ?? []) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { server, url: `ws://127.0.0.1:${port}` };
}

export async function openPair(
  context: TestContext,
  serverOptions?: ServerOptions,
  options?: ClientOptions,
): Promise<OpenPair> {
  const { server, url } = await startServer(context, serverOptions);
  const connected = once(server, "connection");
  const client = new WebSocket(url, options);
  const [peer] = (await connected) as [WebSocket];
  if (client.readyState === client.CONNECTING) await once(client, "open");
  context.after(() => client.terminate());
  return { client, peer, server, url };
}
