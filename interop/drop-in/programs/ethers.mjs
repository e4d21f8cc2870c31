/** ethers' WebSocketProvider, a JSON-RPC client: calls in any order, subscriptions, errors, the end. */
import assert from "node:assert/strict";
import { WebSocketProvider } from "ethers";
import { WebSocketServer } from "ws";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { end, next } from "../support/network.mjs";

assertLoads("ethers");

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
const methods = {
  eth_chainId: () => "0x7a69",
  eth_blockNumber: () => "0x10",
  eth_getBalance: ([address]) => `0x${address.slice(-4)}`,
  eth_call: () => `0x${"ab".repeat(100_000)}`,
  eth_subscribe: () => "0x1",
  eth_unsubscribe: () => true,
};
const answer = ({ id, method, params }) =>
  method in methods
    ? { jsonrpc: "2.0", id, result: methods[method](params) }
    : { jsonrpc: "2.0", id, error: { code: -32_601, message: "no such method" } };
const asked = [];
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const request = JSON.parse(data);
    asked.push(request.method);
    socket.send(JSON.stringify(answer(request)));
    if (request.method !== "eth_subscribe") return;
    for (const number of ["0x11", "0x12", "0x13"]) {
      const params = { subscription: "0x1", result: { number } };
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params }));
    }
  });
});
await next(server, "listening");

const provider = new WebSocketProvider(`ws://127.0.0.1:${server.address().port}`);
assert.equal((await provider.getNetwork()).chainId, 31_337n);
assert.equal(await provider.getBlockNumber(), 16);
const addresses = Array.from({ length: 50 }, (_, i) => `0x${String(1000 + i).padStart(40, "0")}`);
const balances = await Promise.all(addresses.map((address) => provider.getBalance(address)));
assert.deepEqual(
  balances,
  addresses.map((address) => BigInt(`0x${address.slice(-4)}`)),
);
const large = await provider.call({ to: addresses[0], data: "0x" });
assert.equal(large.length, 200_002);
await assert.rejects(provider.send("nothing", []), {
  error: { code: -32_601, message: "no such method" },
});

const blocks = [];
await new Promise((resolve) => {
  provider.on("block", (number) => blocks.push(number) === 3 && resolve());
});
assert.deepEqual(blocks, [17, 18, 19]);
await provider.off("block");
// Answered after the end of the subscription.
await provider.send("eth_chainId", []);
assert.ok(asked.includes("eth_unsubscribe"));
const closed = Promise.all([...server.clients].map((client) => next(client, "close")));
await provider.destroy();
assert.equal((await closed).length, 1);
await end(server);
assertOpened({ server: 1, client: 1 });
