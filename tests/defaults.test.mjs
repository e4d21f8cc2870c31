// @ts-check
// docs/defaults.md and the code name the same options, with the same defaults.
// Where a default can be asked for, the built code is asked; two that cannot are read from its text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseBenchOptions } from "../packages/cli/dist/bench/options.js";
import { parseConnectOptions } from "../packages/cli/dist/connect/options.js";
import { PATIENCE } from "../packages/cli/dist/connect/script.js";
import { parseServeOptions } from "../packages/cli/dist/serve/options.js";
import { readSettings as readClient } from "../packages/trunkline/dist/client/options.js";
import { WebSocket } from "../packages/trunkline/dist/client/websocket.js";
import {
  CLIENT_DEFLATE,
  SERVER_DEFLATE,
} from "../packages/trunkline/dist/connection/deflate/options.js";
import {
  readSettings,
  SERVE_OPTIONS,
  SOCKET_SERVER_OPTIONS,
} from "../packages/trunkline/dist/server/settings.js";
import { DRAIN_TIMEOUT } from "../packages/trunkline/dist/server/socket-server.js";
import { root } from "../scripts/lib/workspace.mjs";

const page = readText("docs/defaults.md");

describe("the defaults in the documentation", () => {
  it("are the server's", () => {
    const { connection, deflate, handshakeTimeout } = readSettings({ routes: {} });
    const text = readText("packages/trunkline/dist/server/serve.js");
    const [, port, host] = /port = (\d+), host = "(\w+)"/.exec(text) ?? [];
    assert.equal(host, "localhost", "which serve takes for loopback in both families");
    assert.deepEqual(pick(readTable("Server"), isNumberOrWord), {
      port,
      maxMessageSize: String(connection.maxMessageSize),
      perMessageDeflate: deflate === undefined ? "off" : "on",
      handshakeTimeout: String(handshakeTimeout),
      heartbeat: String(connection.heartbeat),
      closeTimeout: String(connection.closeTimeout),
      highWaterMark: String(connection.highWaterMark),
      "limits.outgoing": String(connection.outgoingLimit),
      overflow: connection.overflow,
      "close({ timeout })": String(DRAIN_TIMEOUT),
      ...none("tls", "http", "origins", "trustProxy"),
    });
  });

  it("leave out no option of the server, and name none that is not there", () => {
    const named = Object.keys(readTable("Server")).map((name) => name.replace(/[.(].*/, ""));
    const known = [...SERVE_OPTIONS, ...SOCKET_SERVER_OPTIONS].filter((name) => name !== "routes");
    assert.deepEqual(named.sort(), [...known, "close"].sort());
  });

  it("are the client's", () => {
    const { protocols, headers, tls, signal, perMessageDeflate, ...numbers } =
      readClient(undefined);
    assert.deepEqual([protocols, headers, tls, signal], [[], [], {}, undefined]);
    const socket = new WebSocket("ws://localhost/", { signal: AbortSignal.abort() });
    assert.deepEqual(pick(readTable("Client"), isNumberOrWord), {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      "close timeout, which cannot be set": readConstant("client-connection", "closeTimeout"),
      "bytes that a WebSocketStream reads ahead, which cannot be set": readConstant(
        "message-source",
        "highWaterMark",
      ),
      "bytes that a WebSocketStream queues before a write waits, which cannot be set": readConstant(
        "websocket-stream",
        "highWaterMark",
      ),
      perMessageDeflate: perMessageDeflate === undefined ? "off" : "on",
      binaryType: socket.binaryType,
      ...none("protocols", "headers", "signal"),
    });
  });

  it("leave out no option of the client", () => {
    const named = Object.keys(readTable("Client"));
    const missing = Object.keys(readClient(undefined)).filter((name) => !named.includes(name));
    assert.deepEqual(missing, []);
  });

  it("are those of compression, on both sides", () => {
    for (const [column, wishes] of /** @type {const} */ ([
      [1, SERVER_DEFLATE],
      [2, CLIENT_DEFLATE],
    ])) {
      const { memoryLevel, ...fields } = wishes;
      const expected = { ...fields, memLevel: memoryLevel };
      assert.deepEqual(
        readTable("Compression", column),
        Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, String(value)])),
      );
    }
  });

  it("are the command's", () => {
    const settings = parseServeOptions([]);
    assert.ok(!("help" in settings));
    const table = readTable("`trunkline serve`");
    assert.equal(table["--port"], String(settings.port));
    assert.equal(table["--log-level"], settings.logLevel);
    assert.equal(table["--heartbeat"], String(settings.heartbeat / 1000));
    assert.deepEqual([table["--trust-proxy"], settings.trustProxy], ["none", undefined]);
    assert.equal(table["--max-processes"], String(settings.maxProcesses));
    assert.equal(table["--executables"], settings.executables ? "on" : "off");
    assert.deepEqual([table["--cgi-paths"], settings.cgiPaths], ["none", []]);
    assert.equal(table["--tls"], settings.tls ? "on" : "off");
    assert.equal(table["--log-max"], String(settings.logMax));
    assert.equal(table["--log-count"], String(settings.logCount));
    const asking = parseServeOptions(["--basic-auth"]);
    assert.equal("credential" in asking && asking.credential, table["--basic-auth-credential"]);
    assert.deepEqual([table["--basic-auth"], settings.credential], ["off", undefined]);
    assert.deepEqual([table["--tls-client-auth"], settings.clientCertificates], ["off", undefined]);
    assert.deepEqual([settings.documentRoot, settings.origins], [undefined, undefined]);
    assert.deepEqual([table["--document-root"], table["--origins"]], ["none", "none"]);
  });

  it("leave out no option of serve that has a value or an effect", () => {
    const parsed = parseServeOptions(["--help"]);
    const [known = ""] = "help" in parsed ? parsed.help.split("Without effect") : [];
    const names = [...known.matchAll(/^ {2}(?:-\w, )?(--(?!no-|help)[a-z-]+)/gm)].map(
      ([, name]) => name,
    );
    assert.ok(names.length > 20);
    const table = readTable("`trunkline serve`");
    const own = ["--private-key", "--certificate", "--tls-client-ca"]; // files of yours
    assert.deepEqual(
      names.filter((name = "") => !own.includes(name) && !(name in table)),
      [],
    );
  });

  it("are those of connect, and leave out none of its options", () => {
    const settings = parseConnectOptions(["9998"]);
    assert.ok(!("help" in settings));
    const { binary, compression, insecure, json } = settings;
    const switches = { binary, compression, insecure, json };
    const table = readTable("`trunkline connect`");
    const { "seconds for an answer, which cannot be set": patience, ...options } = table;
    assert.equal(patience, String(PATIENCE / 1000));
    assert.deepEqual(options, {
      ...Object.fromEntries(
        Object.entries(switches).map(([name, isOn]) => [`--${name}`, isOn ? "on" : "off"]),
      ),
      "--timeout": String(settings.timeout / 1000),
      "--max-message-size": String(readClient(undefined).maxMessageSize),
      "--ca": "Node's",
      ...none("--execute", "--wait", "--header", "--protocol", "--origin", "--cookie"),
    });
    const known = optionsIn(parseConnectOptions(["--help"]));
    assert.deepEqual([...Object.keys(options), "--help"].sort(), known.sort());
  });

  it("are those of bench, and leave out none of its options", () => {
    const settings = parseBenchOptions(["9998"]);
    assert.ok(!("help" in settings));
    const { connections, inFlight, message, duration, warmUp, json } = settings;
    assert.deepEqual(readTable("`trunkline bench`"), {
      "--connections": String(connections),
      "--in-flight": String(inFlight),
      "--size": String(message.length),
      "--binary": typeof message === "string" ? "off" : "on",
      "--duration": String(duration / 1000),
      "--warm-up": String(warmUp / 1000),
      "--json": json ? "on" : "off",
      ...none("--rate", "--message", "--pid"),
    });
    const table = Object.keys(readTable("`trunkline bench`"));
    const shared = Object.keys(readTable("`trunkline connect`"));
    const known = optionsIn(parseBenchOptions(["--help"]));
    const named = [...table, ...shared, "--help"];
    assert.deepEqual(
      known.filter((name) => !named.includes(name)),
      [],
    );
  });
});

/**
 * The options that a help lists.
 *
 * @param {object} parsed
 */
function optionsIn(parsed) {
  const help = "help" in parsed ? String(parsed.help) : "";
  return [...help.matchAll(/^ {2}(?:-\w, )?--(?:no-)?([a-z-]+)/gm)].map(([, name]) => `--${name}`);
}

/**
 * A constant of a module of the client, as it stands there.
 *
 * @param {string} module
 * @param {string} name
 */
function readConstant(module, name) {
  const text = readText(`packages/trunkline/dist/client/${module}.js`);
  const [, value] = new RegExp(`const ${name} = ([\\d_]+);`).exec(text) ?? [];
  return value?.replaceAll("_", "");
}

/**
 * Option and default, from the table under a heading.
 *
 * @param {string} heading
 * @param {number} [column] where the default stands
 * @returns {Record<string, string>}
 */
function readTable(heading, column = 1) {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  assert.ok(rows.length > 1, `there is a table under "${heading}"`);
  const cells = rows.slice(1).map((row) => row.split("|").map((cell) => cell.trim()));
  return Object.fromEntries(
    cells.map(([, name = "", ...values]) => [name.replaceAll("`", ""), values[column - 1] ?? ""]),
  );
}

/**
 * @param {Record<string, string>} table
 * @param {(value: string) => boolean} test
 */
function pick(table, test) {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => test(value)));
}

/** Other defaults are sentences. @param {string} value */
function isNumberOrWord(value) {
  return /^\w+$/.test(value);
}

/** @param {readonly string[]} names */
function none(...names) {
  return Object.fromEntries(names.map((name) => [name, "none"]));
}

/** @param {string} path */
function readText(path) {
  return readFileSync(join(root, path), "utf8");
}
