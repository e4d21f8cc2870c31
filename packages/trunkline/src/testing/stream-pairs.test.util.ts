/** Pairs of connected streams of each kind that a transport is opened on, closed with their test. */
import { once } from "node:events";
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import type { TestContext } from "node:test";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { cert, key } from "./certificate.test.util.ts";

export type StreamPair = readonly [Duplex, Duplex];

async function listen(t: TestContext, server: Server): Promise<AddressInfo> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server.address() as AddressInfo; // it listens on a port
}

export async function tcpPair(t: TestContext): Promise<readonly [Socket, Socket]> {
  const server = createTcpServer({ allowHalfOpen: true, noDelay: true });
  const { port } = await listen(t, server);
  const near = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [far] = (await once(server, "connection")) as [Socket];
  if (near.connecting) await once(near, "connect");
  destroyAfter(t, near, far);
  return [near, far];
}

function destroyAfter(t: TestContext, ...streams: readonly Duplex[]): void {
  t.after(() => {
    for (const stream of streams) stream.destroy();
  });
}

export async function tlsPair(t: TestContext): Promise<readonly [Socket, Socket]> {
  const server = createTlsServer({ key, cert, allowHalfOpen: true });
  const { port } = await listen(t, server);
  // What tls hands on to net is not in its types.
  const options = { port, host: "127.0.0.1", ca: cert, allowHalfOpen: true };
  const near = connectTls(options);
  const secured = once(near, "secureConnect");
  const [far] = (await once(server, "secureConnection")) as [Socket];
  await secured;
  destroyAfter(t, near, far);
  return [near, far];
}

/** Two streams in this process that hand each other the memory they are given. */
export async function streamPair(): Promise<StreamPair> {
  const [near, far] = duplexPair();
  return [near, far];
}
