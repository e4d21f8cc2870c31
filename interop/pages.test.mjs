/**
 * Our client where a page is made up: jsdom and happy-dom. A program of its own for each, as a test
 * runner starts one: the page's names become globals, before our module is loaded or after it.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "trunkline";

const windows = {
  jsdom: `
    import { JSDOM } from "jsdom";
    const { window } = new JSDOM("", { url: pageUrl });`,
  "happy-dom": `
    import { Window } from "happy-dom";
    const window = new Window({ url: pageUrl });`,
};

/** What the environments of test runners put onto globalThis, as far as it concerns a socket. */
const names = [
  "window",
  "document",
  "location",
  "Event",
  "EventTarget",
  "MessageEvent",
  "CloseEvent",
  "Blob",
  "URL",
  "DOMException",
  "AbortController",
  "AbortSignal",
];

const asGlobals = `
  for (const name of ${JSON.stringify(names)}) {
    const value = name === "window" ? window : window[name];
    if (value === undefined) continue;
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }`;

const talk = `
  const socket = new WebSocket("echo?of=page");
  socket.binaryType = "arraybuffer";
  const log = [socket.url];
  socket.onopen = () => {
    socket.send("text");
    socket.send(new Blob(["blob"]));
    socket.send(new Uint8Array([1, 2]));
  };
  socket.addEventListener("message", ({ data, origin }) => {
    log.push(typeof data === "string" ? data : new TextDecoder().decode(new Uint8Array(data)));
    if (log.length === 5) socket.close(1000, origin);
  });
  socket.onerror = ({ message }) => log.push(message);
  socket.onclose = ({ code, reason, wasClean }) => {
    console.log(JSON.stringify([...log, code, reason, wasClean]));
    process.exit();
  };`;

const importOurs = `const { WebSocket } = await import("trunkline");`;
const orders = {
  "before our module is loaded": asGlobals + importOurs,
  "after our module was loaded": importOurs + asGlobals,
};

async function startEcho(context) {
  const server = await serve({
    logger: {},
    host: "127.0.0.1",
    routes: {
      "/app/echo": {
        open: (socket) => socket.send(String(socket.request.origin)),
        message: (socket, data) => socket.send(data),
      },
    },
  });
  context.after(() => server.close());
  return `http://127.0.0.1:${server.port}`;
}

async function run(program) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  await once(child, "close");
  return output;
}

for (const [name, makeWindow] of Object.entries(windows)) {
  describe(`our client in ${name}`, () => {
    for (const [when, load] of Object.entries(orders)) {
      test(`takes the page's URL and origin, its globals set ${when}`, async (context) => {
        const url = await startEcho(context);
        const page = `const pageUrl = ${JSON.stringify(`${url}/app/page.html`)};`;
        const output = await run(page + makeWindow + load + talk);
        const socketUrl = url.replace("http:", "ws:");
        const expected = [`${socketUrl}/app/echo?of=page`, url, "text", "blob", "\u0001\u0002"];
        assert.deepEqual(JSON.parse(output), [...expected, 1000, socketUrl, true]);
      });
    }
  });
}
