import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, SocketMeter } from "./socket-meter.ts";

class FakeSocket {
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;

  carry(received: number, sent: number): void {
    this.bytesRead += received;
    this.bytesWritten += sent;
  }
}

test("what one connection carries for requests of several kinds falls to each kind, heads included", () => {
  const meter = new SocketMeter();
  const socket = new FakeSocket();
  const [poll, longPoll] = [new Account(), new Account()];

  // A page first: its bytes are nobody's.
  socket.carry(500, 0);
  const endPage = meter.begin(socket);
  socket.carry(0, 9000);
  endPage();
  for (const account of [poll, longPoll, poll]) {
    // The head of a request has been read when it begins.
    socket.carry(100, 0);
    const end = meter.begin(socket, account);
    socket.carry(0, 7);
    end();
  }

  assert.deepEqual({ ...poll }, { received: 200, sent: 14, requests: 2 });
  assert.deepEqual({ ...longPoll }, { received: 100, sent: 7, requests: 1 });
});

test("a request that ends twice, as an answer finishes and then closes, does not end the next one", () => {
  const meter = new SocketMeter();
  const socket = new FakeSocket();
  const account = new Account();
  const endFirst = meter.begin(socket, account);
  endFirst();
  const endSecond = meter.begin(socket, account);
  endFirst();
  socket.carry(1, 10);
  endSecond();
  assert.deepEqual({ ...account }, { received: 1, sent: 10, requests: 2 });
});

test("a request that lasts is brought to the present by settle, and nothing is counted twice", () => {
  const meter = new SocketMeter();
  const socket = new FakeSocket();
  const account = new Account();
  socket.carry(50, 0);
  const end = meter.begin(socket, account);
  meter.settle();
  assert.deepEqual({ ...account }, { received: 50, sent: 0, requests: 1 });
  socket.carry(0, 30);
  meter.settle();
  meter.settle();
  assert.equal(account.sent, 30);
  socket.carry(5, 5);
  end();
  socket.carry(1000, 1000);
  meter.settle();
  assert.deepEqual({ ...account }, { received: 55, sent: 35, requests: 1 });
});

test("what still waits in the stream has not been sent", () => {
  const meter = new SocketMeter();
  const socket = new FakeSocket();
  const account = new Account();
  meter.begin(socket, account);
  socket.carry(0, 100);
  socket.writableLength = 40;
  meter.settle();
  assert.equal(account.sent, 60);
  socket.writableLength = 0;
  meter.settle();
  assert.equal(account.sent, 100);
});

test("two sockets of one account are added up", () => {
  const meter = new SocketMeter();
  const account = new Account();
  for (const size of [10, 20]) {
    const socket = new FakeSocket();
    socket.carry(size, 1);
    meter.begin(socket, account);
  }
  meter.settle();
  assert.deepEqual({ ...account }, { received: 30, sent: 2, requests: 2 });
});
