/** permessage-deflate (RFC 7692) between others' ends and ours, in all combinations of its parameters. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WebSocket } from "trunkline";
import { WebSocket as UndiciWebSocket } from "undici";
import { WebSocket as WsWebSocket } from "ws";
import { assertSame, Talk } from "./support/events.mjs";
import { startOurs } from "./support/our-server.mjs";
import { BINARIES, TEXTS } from "./support/payloads.mjs";
import { startWs } from "./support/ws-server.mjs";

const json = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, name: `n${id % 9}` })));
/** Twice, so that what is taken over from the first is in use in the second. */
const payloads = [json, ...TEXTS, ...BINARIES, json].flatMap((one) => [one, one]);

const takeovers = [true, false].flatMap((server) =>
  [true, false].map((client) => ({
    serverNoContextTakeover: server,
    clientNoContextTakeover: client,
  })),
);
const windows = [
  { serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
  { serverMaxWindowBits: 9, clientMaxWindowBits: 12 },
  { serverMaxWindowBits: 13, clientMaxWindowBits: 8 },
];
const combinations = takeovers.flatMap((takeover) =>
  windows.map((bits) => ({ ...takeover, ...bits })),
);
const asks = (parameters) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** What must stand in the answer when a side wishes `parameters`. */
function expectedIn(parameters) {
  const expected = ["permessage-deflate"];
  if (parameters.serverNoContextTakeover) expected.push("server_no_context_takeover");
  if (parameters.clientNoContextTakeover) expected.push("client_no_context_takeover");
  for (const side of ["server", "client"]) {
    const bits = parameters[`${side}MaxWindowBits`];
    if (bits < 15) expected.push(`${side}_max_window_bits=${bits}`);
  }
  return expected;
}

function assertAgreed({ extensions }, parameters) {
  const agreed = extensions.split("; ");
  for (const one of expectedIn(parameters))
    assert.ok(agreed.includes(one), `${one}: ${extensions}`);
}

/** The `ws` client tells its extensions by their names alone. */
function assertInUse({ extensions }) {
  assert.match(extensions, /^permessage-deflate/);
}

async function assertEchoes(talk) {
  for (const payload of payloads) assertSame(await talk.ask(payload), payload);
  for (const payload of payloads) talk.socket.send(payload);
  for (const payload of payloads) assertSame(await talk.messages.next(), payload);
}

const neutral = { serverNoContextTakeover: false, clientNoContextTakeover: false };

describe("our client against a ws server with compression", () => {
  for (const parameters of combinations) {
    test(`that wishes ${asks(parameters)}`, async (context) => {
      const { url } = await startWs(context, {
        perMessageDeflate: { ...parameters, threshold: 0 },
      });
      const perMessageDeflate = { threshold: 0 };
      const talk = await Talk.open(new WebSocket(url, { perMessageDeflate }));
      assertAgreed(talk.socket, parameters);
      await assertEchoes(talk);
    });

    test(`when we wish ${asks(parameters)}`, async (context) => {
      const { url } = await startWs(context, { perMessageDeflate: { threshold: 0 } });
      const perMessageDeflate = { ...parameters, threshold: 0 };
      const talk = await Talk.open(new WebSocket(url, { perMessageDeflate }));
      const { clientMaxWindowBits: _ours, ...theirs } = parameters;
      assertAgreed(talk.socket, theirs);
      await assertEchoes(talk);
    });
  }

  test("goes without when either has it switched off", async (context) => {
    const without = await startWs(context, { perMessageDeflate: false });
    const talk = await Talk.open(new WebSocket(without.url));
    assert.equal(talk.socket.extensions, "");
    assertSame(await talk.ask(json), json);
    const { url } = await startWs(context, { perMessageDeflate: true });
    const other = await Talk.open(new WebSocket(url, { perMessageDeflate: false }));
    assert.equal(other.socket.extensions, "");
    assertSame(await other.ask(json), json);
  });

  test("a compressed message over our limit is 1009", async (context) => {
    const { url, seen } = await startWs(context, { perMessageDeflate: true });
    const talk = await Talk.open(new WebSocket(url, { maxMessageSize: 1024 }));
    (await seen.sockets.next()).send("x".repeat(1_000_000));
    await talk.closed;
    assert.equal((await seen.closes.next()).code, 1009);
  });
});

describe("a ws client with compression against our server", () => {
  for (const parameters of combinations) {
    test(`that wishes ${asks(parameters)}`, async (context) => {
      const { url } = await startOurs(context, { perMessageDeflate: { ...neutral, threshold: 0 } });
      const perMessageDeflate = { ...parameters, threshold: 0 };
      const talk = await Talk.open(new WsWebSocket(`${url}/echo`, { perMessageDeflate }));
      assertInUse(talk.socket);
      await assertEchoes(talk);
    });

    test(`when our server wishes ${asks(parameters)}`, async (context) => {
      const perMessageDeflate = { ...parameters, threshold: 0 };
      const { url, seen } = await startOurs(context, { perMessageDeflate });
      const talk = await Talk.open(
        new WsWebSocket(`${url}/echo`, { perMessageDeflate: { threshold: 0 } }),
      );
      assertInUse(talk.socket);
      assertAgreed(await seen.sockets.next(), parameters);
      await assertEchoes(talk);
    });
  }

  test("sends fragments that are one compressed message, pings between them", async (context) => {
    const { url } = await startOurs(context);
    const options = { perMessageDeflate: { threshold: 0 } };
    const talk = await Talk.open(new WsWebSocket(`${url}/echo`, options));
    const parts = ["one ", "", "é".repeat(70_000), " 😀"];
    for (const part of parts) {
      talk.socket.send(part, { fin: false, compress: true });
      talk.socket.ping("between");
    }
    talk.socket.send("", { fin: true });
    assertSame(await talk.messages.next(), parts.join(""));
  });

  test("is refused compression by the handler that has none", async (context) => {
    const { url } = await startOurs(context);
    const talk = await Talk.open(new WsWebSocket(`${url}/plain`, { perMessageDeflate: true }));
    assert.equal(talk.socket.extensions, "");
  });

  test("that sends a bomb gets 1009", async (context) => {
    const { url, seen } = await startOurs(context);
    const talk = await Talk.open(new WsWebSocket(`${url}/small`, { perMessageDeflate: true }));
    talk.socket.send(Buffer.alloc(50_000_000));
    assert.equal((await talk.closed).code, 1009);
    assert.equal((await seen.closes.next()).code, 1006);
  });

  for (const [what, perMessageDeflate] of [
    ["with contexts taken over", neutral],
    ["without", { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ]) {
    test(`gets what is published between what is sent, ${what}`, async (context) => {
      const { server, url, seen } = await startOurs(context, { perMessageDeflate });
      const compressed = await Talk.open(new WsWebSocket(`${url}/echo`));
      const plain = await Talk.open(new WsWebSocket(`${url}/echo`, { perMessageDeflate: false }));
      const sockets = [await seen.sockets.next(), await seen.sockets.next()];
      for (const socket of sockets) socket.subscribe("news");
      const said = [];
      for (let round = 0; round < 20; round++) {
        for (const socket of sockets) socket.send(`${json} ${round}`);
        said.push(`${json} ${round}`);
        for (let more = 0; more < 3; more++) {
          server.publish("news", `news ${round} ${more} ${json}`);
          said.push(`news ${round} ${more} ${json}`);
        }
      }
      for (const { messages } of [compressed, plain]) {
        for (const expected of said) assertSame(await messages.next(), expected);
      }
    });
  }
});

for (const [name, Client] of [
  ["Node's own client", globalThis.WebSocket],
  ["undici's client", UndiciWebSocket],
]) {
  describe(`${name} with compression against our server`, () => {
    for (const perMessageDeflate of [true, { ...neutral, threshold: 0 }]) {
      test(`that has ${JSON.stringify(perMessageDeflate)}`, async (context) => {
        const { url, seen } = await startOurs(context, { perMessageDeflate });
        const talk = await Talk.open(new Client(`${url}/echo`));
        const { extensions } = await seen.sockets.next();
        // What it does not offer it does not get; what it offers is in use, and it knows.
        assert.equal(talk.socket.extensions, extensions);
        await assertEchoes(talk);
      });
    }
  });
}
