// A client and a server of ours with permessage-deflate between them, over a wire in memory.
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import type { WebSocket, WebSocketEventMap } from "../client/websocket.ts";
import type { PerMessageDeflateOptions } from "../connection/deflate/options.ts";
import type { ServerWebSocket } from "../server/server-web-socket.ts";
import { SocketServer } from "../server/socket-server.ts";
import { type ConnectOptions, connectTo } from "./connect-to.ts";
import { ManualClock } from "./manual-clock.ts";

type Compression = boolean | PerMessageDeflateOptions;

const json = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: `n${id % 9}` })));
const takeover = { serverNoContextTakeover: false, clientNoContextTakeover: false };
const alone = { serverNoContextTakeover: true, clientNoContextTakeover: true };

const routes = {
  "/echo": {
    open: (socket: ServerWebSocket) => socket.subscribe("news"),
    message: (socket: ServerWebSocket, data: string | Uint8Array) => void socket.send(data),
  },
  "/noext": {
    perMessageDeflate: false,
    message: (socket: ServerWebSocket, data: string | Uint8Array) => void socket.send(data),
  },
};

function serverOf(perMessageDeflate?: Compression): SocketServer {
  const clock = new ManualClock();
  const options = perMessageDeflate === undefined ? {} : { perMessageDeflate };
  return new SocketServer({ routes, clock, logger: {}, ...options });
}

interface Line {
  readonly socket: WebSocket;
  readonly messages: string[];
  /** Settles when that many messages came. */
  heard(count: number): Promise<void>;
}

async function connect(
  server: SocketServer,
  options: ConnectOptions = {},
  path = "/echo",
): Promise<Line> {
  const socket = connectTo(server, path, options);
  const messages: string[] = [];
  socket.addEventListener("message", ({ data }: WebSocketEventMap["message"]) =>
    messages.push(data),
  );
  await once(socket, "open");
  const heard = async (count: number): Promise<void> => {
    while (messages.length < count) await once(socket, "message");
  };
  return { socket, messages, heard };
}

describe("a client and a server of ours", () => {
  const cases: readonly (readonly [Compression | undefined, Compression | undefined, string])[] = [
    [
      undefined,
      undefined,
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ],
    [takeover, undefined, "permessage-deflate"],
    [takeover, alone, "permessage-deflate; server_no_context_takeover; client_no_context_takeover"],
    [
      { ...takeover, serverMaxWindowBits: 10 },
      { clientMaxWindowBits: 9 },
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
    ],
    [false, undefined, ""],
    [undefined, false, ""],
  ];
  for (const [ours, theirs, agreed] of cases) {
    const wishes = `${JSON.stringify(ours)} and ${JSON.stringify(theirs)}`;
    for (const chunkSize of [1000, 3]) {
      test(`agree on "${agreed}" with ${wishes}, in pieces of ${chunkSize}`, async () => {
        const server = serverOf(ours);
        const client = theirs === undefined ? {} : { perMessageDeflate: theirs };
        const { socket, messages, heard } = await connect(server, { ...client, chunkSize });
        const [other] = server.sockets;
        assert.deepEqual([socket.extensions, other?.extensions], [agreed, agreed]);
        const said = [json, "", "short", json, "é🦊".repeat(3000), json];
        for (const text of said) socket.send(text);
        await heard(said.length);
        assert.deepEqual(messages, said);
        socket.close();
        await once(socket, "close");
      });
    }
  }

  test("send less than they say, where it is long enough", async () => {
    const server = serverOf();
    const { socket, heard } = await connect(server);
    const [other] = server.sockets;
    assert.ok(other !== undefined);
    const sizeOf = (compress?: boolean): number => {
      other.send(json, compress === undefined ? {} : { compress });
      return other.bufferedAmount;
    };
    const plain = sizeOf(false);
    assert.ok(plain > json.length, `${plain} bytes`);
    assert.ok(sizeOf() - plain < json.length / 4);
    await heard(2);
    socket.close();
    await once(socket, "close");
  });

  test("do without where the handler refuses it", async () => {
    const { socket, messages, heard } = await connect(serverOf(), {}, "/noext");
    assert.equal(socket.extensions, "");
    socket.send(json);
    await heard(1);
    assert.deepEqual(messages, [json]);
    socket.close();
    await once(socket, "close");
  });

  test("end with 1009 when a message inflates to more than the receiver takes", async () => {
    const server = serverOf();
    const { socket } = await connect(server, { maxMessageSize: 5000 });
    const [other] = server.sockets;
    const ended = other?.closed;
    other?.send("x".repeat(1_000_000));
    await once(socket, "close");
    assert.equal((await ended)?.code, 1009);
  });
});

describe("what is published to clients with and without compression", () => {
  for (const [name, given] of [
    ["takes its turn among what each is sent, contexts taken over", takeover],
    ["takes its turn among what each is sent, without", alone],
  ] as const) {
    test(name, async () => {
      const server = serverOf({ ...given, threshold: 0 });
      const kinds: readonly Compression[] = [
        true,
        false,
        { serverMaxWindowBits: 9 },
        { serverNoContextTakeover: true },
      ];
      const lines = await Promise.all(
        kinds.map((perMessageDeflate) => connect(server, { perMessageDeflate })),
      );
      const said: string[] = [];
      for (let round = 0; round < 10; round++) {
        for (const socket of server.sockets) socket.send(`sent ${round} ${json}`);
        said.push(`sent ${round} ${json}`);
        for (const more of ["a", "b"]) {
          server.publish("news", `${more} ${round} ${json}`);
          said.push(`${more} ${round} ${json}`);
        }
        server.publish("news", `plain ${round} ${json}`, { compress: false });
        said.push(`plain ${round} ${json}`);
        if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      for (const { socket, messages, heard } of lines) {
        await heard(said.length);
        assert.deepEqual(messages, said);
        socket.close();
        await once(socket, "close");
      }
    });
  }
});
