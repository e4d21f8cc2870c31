import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SERVER_DEFLATE } from "../connection/deflate/options.ts";
import {
  checkOptionNames,
  milliseconds,
  readSettings,
  SERVE_OPTIONS,
  SOCKET_SERVER_OPTIONS,
} from "./settings.ts";

/** As from plain JavaScript, where no compiler looks. */
const read = (options: object): unknown => readSettings({ routes: {}, ...options });

describe("the settings", () => {
  it("have the defaults that the documentation names", () => {
    const { handshakeTimeout, connection } = readSettings({ routes: {} });
    const { clock, ...rest } = connection;
    assert.equal(handshakeTimeout, 10_000);
    assert.equal(typeof clock.now(), "number");
    assert.deepEqual(rest, {
      role: "server",
      maxMessageSize: 16 * 1024 * 1024,
      heartbeat: 25_000,
      closeTimeout: 5000,
      highWaterMark: 65_536,
      outgoingLimit: 16 * 1024 * 1024,
      overflow: "close",
    });
  });

  it("compress unless they say no", () => {
    assert.equal(readSettings({ routes: {} }).deflate, SERVER_DEFLATE);
    assert.equal(readSettings({ routes: {}, perMessageDeflate: false }).deflate, undefined);
    const { deflate } = readSettings({ routes: {}, perMessageDeflate: { level: 9 } });
    assert.deepEqual(deflate, { ...SERVER_DEFLATE, level: 9 });
  });

  it("take what is given", () => {
    const { connection } = readSettings({
      routes: {},
      heartbeat: 0,
      highWaterMark: 0,
      maxMessageSize: Number.POSITIVE_INFINITY,
      limits: { outgoing: 1 },
      overflow: "drop-oldest",
    });
    assert.equal(connection.heartbeat, 0);
    assert.equal(connection.highWaterMark, 0);
    assert.equal(connection.maxMessageSize, Number.POSITIVE_INFINITY);
    assert.equal(connection.outgoingLimit, 1);
    assert.equal(connection.overflow, "drop-oldest");
  });

  const wrong: readonly (readonly [object, RegExp])[] = [
    [
      { maxMessageSize: "16 MB" },
      /^"maxMessageSize" must be a number of bytes, at least 1, not "16 MB"$/,
    ],
    [{ maxMessageSize: Number.NaN }, /^"maxMessageSize" must be .*not NaN$/],
    [{ maxMessageSize: 0 }, /^"maxMessageSize" must be/],
    [{ highWaterMark: -1 }, /^"highWaterMark" must be a number of bytes, at least 0, not -1$/],
    [{ handshakeTimeout: 0 }, /^"handshakeTimeout" must be a number of milliseconds from 1 to/],
    [{ handshakeTimeout: Number.POSITIVE_INFINITY }, /^"handshakeTimeout" must be.*not Infinity$/],
    [{ heartbeat: false }, /^"heartbeat" must be.*not false$/],
    [{ heartbeat: 2 ** 31 }, /^"heartbeat" must be.* to 2147483647, not 2147483648$/],
    [{ closeTimeout: null }, /^"closeTimeout" must be.*not null$/],
    [{ limits: 5 }, /^"limits" takes an object of options, not 5$/],
    [{ limits: { incoming: 5 } }, /^"incoming" is not an option of "limits"; it has outgoing$/],
    [{ limits: { outgoing: 0 } }, /^"limits.outgoing" must be a number of bytes/],
    [
      { overflow: "drop" },
      /^"overflow" must be "close", "drop-newest" or "drop-oldest", not "drop"$/,
    ],
    [{ perMessageDeflate: 1 }, /^"perMessageDeflate" must be true, false or an object of options$/],
    [
      { perMessageDeflate: { memLevel: 0 } },
      /^"perMessageDeflate": "memLevel" must be a whole number from 1 to 9$/,
    ],
    [{ onError: "log" }, /^"onError" must be a function, not "log"$/],
    [{ logger: "info" }, /^"logger" must be an object with methods.*not "info"$/],
    [{ logger: null }, /^"logger" must be an object with methods.*not null$/],
  ];
  for (const [options, message] of wrong) {
    it(`refuse ${JSON.stringify(options)} and name the option`, () => {
      assert.throws(() => read(options), { name: "TypeError", message });
    });
  }
});

describe("the names of options", () => {
  const check = (options: unknown): void =>
    checkOptionNames(options, SOCKET_SERVER_OPTIONS, "SocketServer");

  it("may be all those that there are", () => {
    check(Object.fromEntries(SOCKET_SERVER_OPTIONS.map((name) => [name, 1])));
  });

  it("are named when they do not exist, with those that do", () => {
    assert.throws(() => check({ maxPayload: 5 }), {
      name: "TypeError",
      message: /^"maxPayload" is not an option of SocketServer; it has routes, origins, /,
    });
  });

  for (const name of SERVE_OPTIONS) {
    it(`lead to serve() for "${name}"`, () => {
      assert.throws(() => check({ [name]: 1 }), {
        message: `"${name}" is not an option of SocketServer: use serve() to open a port`,
      });
    });
  }

  for (const options of [undefined, null, "routes", 5]) {
    it(`need an object, not ${JSON.stringify(options)}`, () => {
      assert.throws(() => check(options), {
        message: /^SocketServer takes an object of options, not /,
      });
    });
  }
});

it("a time is what was given, or its default", () => {
  assert.equal(milliseconds(undefined, "a", 7, 1), 7);
  assert.equal(milliseconds(0.5, "a", 7, 0), 0.5);
});
