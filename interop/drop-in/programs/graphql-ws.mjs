/** graphql-ws, both sides: queries, subscriptions that end or are ended, and its own close codes. */
import assert from "node:assert/strict";
import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { WebSocket, WebSocketServer } from "ws";
import { assertLoads, assertOpened } from "../support/dependants.mjs";
import { next } from "../support/network.mjs";

assertLoads("graphql-ws/use/ws");

let tellStopped;
const stopped = new Promise((resolve) => {
  tellStopped = resolve;
});

async function* countTo(_root, { to }) {
  try {
    for (let count = 1; count <= to; count++) yield { count };
  } finally {
    if (to > 1000) tellStopped();
  }
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: {
      echo: {
        type: GraphQLString,
        args: { text: { type: GraphQLString } },
        resolve: (_root, { text }) => text,
      },
    },
  }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: { count: { type: GraphQLInt, args: { to: { type: GraphQLInt } }, subscribe: countTo } },
  }),
});
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/graphql" });
await next(server, "listening");
const disposable = useServer(
  { schema, onConnect: ({ connectionParams }) => connectionParams?.token !== "wrong" },
  server,
);
const url = `ws://127.0.0.1:${server.address().port}/graphql`;
const open = (token) =>
  createClient({ url, webSocketImpl: WebSocket, connectionParams: { token }, retryAttempts: 0 });

const client = open("right");
const texts = ["", "é😀", "x".repeat(100_000)];
const query = "query ($text: String) { echo(text: $text) }";
const echoes = texts.map((text) => client.iterate({ query, variables: { text } }).next());
for (const [i, { value }] of (await Promise.all(echoes)).entries())
  assert.equal(value.data.echo, texts[i]);

const counted = [];
for await (const { data } of client.iterate({ query: "subscription { count(to: 100) }" }))
  counted.push(data.count);
assert.deepEqual(
  counted,
  Array.from({ length: 100 }, (_, i) => i + 1),
);

// Ended by the subscriber in the middle: the server's generator is ended too.
for await (const { data } of client.iterate({ query: "subscription { count(to: 1000000) }" }))
  if (data.count === 3) break;
await stopped;

await assert.rejects(client.iterate({ query: "{ nothing }" }).next(), ([fault]) => {
  assert.match(fault.message, /Cannot query field/);
  return true;
});

// Refused by its own close codes, which clients tell by their number.
const refused = open("wrong");
await assert.rejects(refused.iterate({ query: "{ echo }" }).next(), {
  code: 4403,
  reason: "Forbidden",
});
const foreign = new WebSocket(url, "graphql-transport-ws-of-tomorrow");
foreign.on("error", () => {});
const [code] = await next(foreign, "close");
assert.ok([1006, 4406].includes(code), String(code));
const silent = new WebSocket(url, "graphql-transport-ws");
await next(silent, "open");
const ended = next(silent, "close");
silent.send("no JSON");
assert.deepEqual(await ended, [4400, Buffer.from("Invalid message received")]);

await disposable.dispose();
await client.dispose();
server.close();
assertOpened({ server: 4, client: 4 });
