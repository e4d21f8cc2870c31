/** A socket.io server and ours on one HTTP server: both go on, whichever came first. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { SocketServer, WebSocket } from "trunkline";
import { assertSame, Talk } from "./support/events.mjs";
import { socketUrl, startHttp } from "./support/http-server.mjs";

const routes = { "/echo": { message: (socket, data) => socket.send(data) } };

const attachOurs = (context, http) => {
  const sockets = new SocketServer({ routes, logger: {} });
  sockets.attach(http);
  context.after(() => sockets.close({ timeout: 0 }));
};

const attachTheirs = (context, http, options) => {
  const server = new Server(http, options);
  server.on("connection", (socket) => socket.on("ask", (text, answer) => answer(`${text}!`)));
  context.after(() => {
    // It waits for every connection of the HTTP server, ours too: nobody waits for it here.
    server.close();
  });
  return server;
};

const connectTheirs = async (context, origin, options) => {
  const socket = io(origin, { forceNew: true, reconnection: false, ...options });
  context.after(() => socket.disconnect());
  await once(socket, "connect");
  return socket;
};

const ORDERS = {
  "socket.io first": [attachTheirs, attachOurs],
  "ours first": [attachOurs, attachTheirs],
};

for (const [order, attachments] of Object.entries(ORDERS)) {
  describe(`socket.io beside ours, ${order}`, () => {
    test("both answer on their own paths, at the same time", async (context) => {
      const { server, origin } = await startHttp(context);
      for (const attach of attachments) attach(context, server);
      const theirs = await connectTheirs(context, origin, { transports: ["websocket"] });
      const ours = await Talk.open(new WebSocket(socketUrl(origin, "/echo")));
      for (let i = 0; i < 20; i++) {
        const [reply] = await Promise.all([theirs.emitWithAck("ask", `q${i}`), ours.ask(`m${i}`)]);
        assert.equal(reply, `q${i}!`);
      }
      assertSame(await ours.ask("last"), "last");
    });

    test("socket.io's polling becomes a WebSocket as ever", async (context) => {
      const { server, origin } = await startHttp(context);
      for (const attach of attachments) attach(context, server);
      const theirs = io(origin, { forceNew: true, reconnection: false });
      context.after(() => theirs.disconnect());
      const upgraded = new Promise((resolve) => theirs.io.engine.once("upgrade", resolve));
      assert.equal((await upgraded).name, "websocket");
      assert.equal(await theirs.emitWithAck("ask", "still there"), "still there!");
    });

    test("socket.io does not end our sockets when it sweeps up what nobody took", async (context) => {
      const { server, origin } = await startHttp(context);
      for (const attach of attachments) attach(context, server, { destroyUpgradeTimeout: 1 });
      const ours = await Talk.open(new WebSocket(socketUrl(origin, "/echo")));
      // It looks at each upgrade once, by a timer of its own, in this process; ours comes after it.
      await delay(10);
      assertSame(await ours.ask("not swept"), "not swept");
    });

    test("an upgrade that is nobody's ends", async (context) => {
      const { server, origin } = await startHttp(context);
      for (const attach of attachments) attach(context, server, { destroyUpgradeTimeout: 1 });
      const talk = new Talk(new WebSocket(socketUrl(origin, "/nobody")));
      assert.equal((await talk.closed).code, 1006);
    });

    test("closing ours leaves socket.io alone", async (context) => {
      const { server, origin } = await startHttp(context);
      const sockets = new SocketServer({ routes, logger: {} });
      for (const attach of attachments) {
        if (attach === attachOurs) sockets.attach(server);
        else attach(context, server);
      }
      const theirs = await connectTheirs(context, origin, { transports: ["websocket"] });
      const ours = await Talk.open(new WebSocket(socketUrl(origin, "/echo")));
      const [{ code }] = await Promise.all([ours.closed, sockets.close()]);
      assert.equal(code, 1001);
      assert.equal(await theirs.emitWithAck("ask", "and you"), "and you!");
    });
  });
}
