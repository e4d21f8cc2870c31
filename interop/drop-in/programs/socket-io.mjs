/** socket.io and its client over WebSocket alone: text, bytes, acks, rooms, reconnection, compression. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { WebSocketServer } from "ws";
import { assertSame } from "../../support/events.mjs";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { listen, next } from "../support/network.mjs";

assertLoads("engine.io", "engine.io-client", "socket.io-adapter");

const http = createServer();
const server = new Server(http, {
  wsEngine: WebSocketServer,
  transports: ["websocket"],
  perMessageDeflate: { threshold: 0 },
  maxHttpBufferSize: 2 ** 22,
});
server.on("connection", (socket) => {
  socket.on("join", (room, done) => {
    socket.join(room);
    done(socket.id);
  });
  socket.on("say", (room, ...said) => server.to(room).emit("said", ...said));
  socket.on("echo", (data, answer) => answer(data));
  socket.on("drop", () => socket.conn.close());
});
const port = await listen(http);
const connect = async () => {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 1,
    reconnectionDelayMax: 2,
  });
  await next(socket, "connect");
  return socket;
};

const [one, two, three] = await Promise.all([connect(), connect(), connect()]);
assert.equal(one.io.engine.transport.name, "websocket");

// Acks, many at once, of texts and bytes.
const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) & 255));
const asked = ["", "é😀", { nested: [1, null, Buffer.from("two")] }, Buffer.alloc(0)];
const answers = await Promise.all(asked.map((data) => one.emitWithAck("echo", data)));
assert.deepEqual(answers, asked);
assertSame(await one.emitWithAck("echo", bytes), bytes);
const numbers = Array.from({ length: 500 }, (_, i) => i);
const echoed = await Promise.all(numbers.map((number) => two.emitWithAck("echo", number)));
assert.deepEqual(echoed, numbers);

// A room hears what is said in it, bytes too, and nobody else does.
await Promise.all([one.emitWithAck("join", "room"), two.emitWithAck("join", "room")]);
three.on("said", () => assert.fail("said to somebody outside of the room"));
const heard = Promise.all([next(one, "said"), next(two, "said")]);
three.emit("say", "room", "hello", Buffer.from([1, 2, 3]));
for (const said of await heard) assert.deepEqual(said, ["hello", Buffer.from([1, 2, 3])]);
await three.emitWithAck("echo", "nothing came before this");

// The server drops a connection: the client makes another.
const first = one.id;
const dropped = next(one, "disconnect");
const again = next(one, "connect");
one.emit("drop");
assert.deepEqual((await dropped)[0], "transport close");
await again;
assert.notEqual(one.id, first);
assert.equal(await one.emitWithAck("echo", "again"), "again");

const gone = Promise.all([one, two, three].map((socket) => next(socket, "disconnect")));
for (const socket of [one, two, three]) socket.disconnect();
await gone;
await server.close();
assertOpened({ server: 4, client: 4 });
