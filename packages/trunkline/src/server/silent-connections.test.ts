import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { SilentConnections } from "./silent-connections.ts";

class FakeSocket extends EventEmitter {
  readonly remoteAddress = "127.0.0.1";
  readonly remotePort: number;
  destroyed = false;
  constructor(remotePort: number) {
    super();
    this.remotePort = remotePort;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

function make(secure: boolean): {
  silent: SilentConnections;
  accept: (port: number) => FakeSocket;
} {
  const server = new EventEmitter();
  const silent = new SilentConnections(server as Server, secure); // it only listens to it
  return {
    silent,
    accept(port) {
      const socket = new FakeSocket(port);
      server.emit("connection", socket);
      return socket;
    },
  };
}

describe("silent connections", () => {
  it("are dropped, those that asked are not", () => {
    const { silent, accept } = make(false);
    const [quiet, busy] = [accept(1), accept(2)];
    silent.heard(busy as unknown as Socket); // as much of one as is looked at
    silent.drop();
    assert.deepEqual([quiet.destroyed, busy.destroyed], [true, false]);
  });

  it("are known by their peer where TLS puts another socket on top", () => {
    const { silent, accept } = make(true);
    const [quiet, busy] = [accept(1), accept(2)];
    silent.heard(new FakeSocket(2) as unknown as Socket);
    silent.drop();
    assert.deepEqual([quiet.destroyed, busy.destroyed], [true, false]);
  });

  it("keep no listener on those that asked", () => {
    const { silent, accept } = make(false);
    const busy = accept(1);
    silent.heard(busy as unknown as Socket);
    assert.equal(busy.listenerCount("close"), 0);
  });

  it("are forgotten when they close", () => {
    const { silent, accept } = make(false);
    const gone = accept(1);
    gone.emit("close");
    silent.drop();
    assert.equal(gone.destroyed, false);
  });
});
