// The proofs are for the compiler: a wrong type in here fails the build. What runs shows that the table
// was taken as it is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AnyHandler, defineHandler, type Routes } from "./handler.ts";
import { serve } from "./serve.ts";
import type { ServerWebSocket } from "./server-web-socket.ts";
import { SocketServer } from "./socket-server.ts";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the first type argument is exactly the second. */
function same<A, B>(_proof: Same<A, B>): void {}

describe("serve with one route", () => {
  it("knows the data that upgrade returns and the parameters of the path", async () => {
    const server = await serve({
      routes: {
        "/room/[name]": {
          upgrade(request) {
            same<typeof request.params, { readonly name: string }>(true);
            // @ts-expect-error the path has no such parameter
            request.params.other;
            return { data: { user: 1 } };
          },
          message(socket, data) {
            same<typeof data, string | Uint8Array>(true);
            same<typeof socket.data, { user: number }>(true);
            same<typeof socket.params, { readonly name: string }>(true);
          },
          close(socket, { code }) {
            same<typeof socket.data.user, number>(true);
            same<typeof code, number>(true);
          },
        },
      },
    });
    await server.close();
    assert.equal(server.sockets.size, 0);
  });

  it("knows them in a conversation, after an async upgrade that may refuse", async () => {
    const server = await serve({
      routes: {
        "/files/[...rest]": {
          async upgrade(request) {
            if (request.origin === undefined) return new Response(null, { status: 401 });
            return { data: request.params.rest.split("/") };
          },
          async conversation(socket) {
            same<typeof socket.data, string[]>(true);
            for await (const message of socket) same<typeof message, string | Uint8Array>(true);
          },
        },
      },
    });
    await server.close();
  });

  it("has undefined as data without an upgrade, in every form", async () => {
    const hooks = await serve({
      routes: {
        "/": {
          open(socket) {
            same<typeof socket.data, undefined>(true);
          },
        },
      },
    });
    const bare = await serve({
      routes: {
        "/[id]": async (socket) => {
          same<typeof socket.data, undefined>(true);
          same<typeof socket.params, { readonly id: string }>(true);
        },
      },
    });
    await hooks.close();
    await bare.close();
  });
});

describe("serve with several routes", () => {
  it("knows each handler's data where defineHandler stands around it", async () => {
    const server = await serve({
      routes: {
        "/room/[name]": defineHandler({
          upgrade(request) {
            same<typeof request.params, { readonly name: string }>(true);
            return { data: { user: 1 } };
          },
          message(socket) {
            same<typeof socket.data, { user: number }>(true);
            same<typeof socket.params, { readonly name: string }>(true);
          },
        }),
        "/user/[id]": defineHandler({
          async upgrade(request) {
            return { data: [request.params.id] };
          },
          async conversation(socket) {
            same<typeof socket.data, string[]>(true);
            same<typeof socket.params, { readonly id: string }>(true);
          },
        }),
        "/bare/[x]": defineHandler(async (socket) => {
          same<typeof socket.data, undefined>(true);
          same<typeof socket.params, { readonly x: string }>(true);
        }),
      },
    });
    await server.close();
  });

  it("knows it without defineHandler where upgrade takes no parameter, and the paths' always", async () => {
    const server = await serve({
      routes: {
        "/a/[one]": {
          upgrade: () => ({ data: 5 }),
          open(socket) {
            same<typeof socket.data, number>(true);
            same<typeof socket.params, { readonly one: string }>(true);
          },
        },
        "/b/[two]": {
          message(socket, data) {
            same<typeof data, string | Uint8Array>(true);
            same<typeof socket.params, { readonly two: string }>(true);
          },
        },
        "/c": async (socket) => {
          for await (const message of socket) same<typeof message, string | Uint8Array>(true);
        },
      },
    });
    await server.close();
  });

  it("leaves data unknown, not any, where the compiler has not seen it", async () => {
    const server = await serve({
      routes: {
        "/a": {
          upgrade: (request) => ({ data: request.path }),
          open(socket) {
            same<typeof socket.data, unknown>(true);
          },
        },
        "/b": { open() {} },
      },
    });
    await server.close();
  });
});

describe("defineHandler", () => {
  it("knows the data in each of its forms, and returns what it was given", () => {
    const hooks = defineHandler({
      upgrade: (request) => ({ data: request.path }),
      drain(socket) {
        same<typeof socket.data, string>(true);
      },
      dropped(socket, count) {
        same<typeof socket.data, string>(true);
        same<typeof count, number>(true);
      },
    });
    const plain = defineHandler({
      message(socket) {
        same<typeof socket.data, undefined>(true);
        same<typeof socket, ServerWebSocket<undefined>>(true);
      },
    });
    const conversation = defineHandler({
      async upgrade() {
        return { data: 1n };
      },
      async conversation(socket) {
        same<typeof socket.data, bigint>(true);
      },
    });
    const bare = defineHandler(async (socket) => {
      same<typeof socket.data, undefined>(true);
    });
    const named = defineHandler<{ user: string }, { room: string }>({
      open(socket) {
        same<typeof socket.data.user, string>(true);
        same<typeof socket.params.room, string>(true);
      },
    });
    const routes: Routes = {
      "/a": hooks,
      "/b": plain,
      "/c": conversation,
      "/d": bare,
      "/e": named,
    };
    assert.equal(routes["/a"], hooks);
    new SocketServer({ routes });
  });
});

describe("SocketServer's constructor", () => {
  it("infers as serve does", () => {
    new SocketServer({
      routes: {
        "/room/[name]": {
          upgrade: (request) => ({ data: request.params.name }),
          open(socket) {
            same<typeof socket.data, string>(true);
            same<typeof socket.params, { readonly name: string }>(true);
          },
        },
      },
    });
    const sockets = new SocketServer({
      routes: {
        "/a": defineHandler({
          upgrade: (request) => ({ data: request.protocols }),
          open(socket) {
            same<typeof socket.data, readonly string[]>(true);
          },
        }),
        "/b/[x]": {
          open(socket) {
            same<typeof socket.params, { readonly x: string }>(true);
          },
        },
      },
    });
    same<typeof sockets, SocketServer>(true);
    assert.ok(sockets instanceof SocketServer);
  });

  it("takes tables whose paths are not known, and empty ones", () => {
    const handlers: Record<string, AnyHandler> = {};
    new SocketServer({ routes: handlers });
    new SocketServer({ routes: {} });
  });
});

describe("the compiler", () => {
  it("refuses what a handler may not be", () => {
    const make = (): void => {
      // @ts-expect-error no such hook
      new SocketServer({ routes: { "/a": { mesage() {} } } });
      // @ts-expect-error upgrade may not return a number
      new SocketServer({ routes: { "/a": { upgrade: () => 5, open() {} }, "/b": { open() {} } } });
      // @ts-expect-error message and conversation exclude each other
      new SocketServer({ routes: { "/a": { message() {}, conversation() {} } } });
      // @ts-expect-error a port is serve's
      new SocketServer({ routes: {}, port: 1 });
    };
    assert.throws(make, TypeError);
  });
});
