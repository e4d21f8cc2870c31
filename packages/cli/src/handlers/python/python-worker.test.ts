import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ManualClock } from "trunkline/testing";
import { keepLog } from "../../processes/processes.test.util.ts";
import { makeFolder } from "../../temporary-folder.test.util.ts";
import { OVERHEAD, WINDOW } from "./pipe-frames.ts";
import type { PythonConnection, PythonSocket } from "./python-connection.ts";
import { PythonWorker, type PythonWorkerOptions } from "./python-worker.ts";

const ACCEPT = "def web_socket_do_extra_handshake(request):\n    pass\n\n\n";

const ECHO = `${ACCEPT}def web_socket_transfer_data(request):
    while True:
        message = request.ws_stream.receive_message()
        if message is None:
            return
        if message == "die":
            import os
            os._exit(7)
        request.ws_stream.send_message(message)
`;

const PUSH = `${ACCEPT}def web_socket_transfer_data(request):
    while True:
        request.ws_stream.send_message("more")
`;

async function makeWorker(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: Partial<PythonWorkerOptions> = {},
) {
  const folder = await makeFolder(t, files);
  const clock = new ManualClock();
  const kept = keepLog();
  const worker = new PythonWorker({
    clock,
    log: kept.log,
    environment: process.env,
    ...options,
  });
  t.after(() => worker.stop());
  const load = (name: string) => worker.load(`${folder.path}/${name}`, folder.path);
  const open = (name: string) => openConnection(worker, `${folder.path}/${name}`);
  return { worker, clock, folder, load, open, ...kept };
}

/** A socket that notes what is sent, and what is done to it. */
class FakeSocket {
  readonly protocol = "";
  readonly extensions = "";
  readyState = 1;
  hasRoom = true;
  readonly sent: unknown[] = [];
  readonly calls: string[] = [];
  readonly #waiting = new Set<() => void>();

  send(data: unknown): boolean {
    this.sent.push(data);
    this.#look();
    return this.hasRoom;
  }

  close(code: number): void {
    this.calls.push(`close ${code}`);
    this.#look();
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

function openConnection(worker: PythonWorker, path: string): PythonConnection | undefined {
  const raw = { socket: new EventEmitter() } as unknown as IncomingMessage; // nothing of it is used
  const lines = ["GET /a HTTP/1.1", "Host: localhost"];
  const address = ["127.0.0.1", 1];
  const head = {
    path,
    lines,
    protocols: [],
    https: false,
    tls: {},
    remote: address,
    local: address,
  };
  return worker.open(raw, head);
}

async function opened(connection: PythonConnection | undefined) {
  assert.equal((await connection?.verdict)?.kind, "accept");
  const socket = new FakeSocket();
  connection?.opened(socket as unknown as PythonSocket); // what a connection uses of it
  const ask = async (text: string) => {
    const count = socket.sent.length;
    connection?.message(socket as unknown as PythonSocket, text); // as above
    await socket.until(() => socket.sent.length > count);
    return socket.sent.at(-1);
  };
  return { socket, ask };
}

test("without Python one line says so, however many handlers there are", async (t) => {
  const { load, lines, open } = await makeWorker(
    t,
    { "a_wsh.py": ECHO },
    { environment: { PATH: "" } },
  );
  assert.deepEqual(await load("a_wsh.py"), { kind: "missing" });
  assert.deepEqual(await load("b_wsh.py"), { kind: "missing" });
  assert.deepEqual(lines, [
    "error python3 is not on the PATH: Python handlers (*_wsh.py) answer 503; install Python 3.8 or newer and start again",
  ]);
  assert.equal(open("a_wsh.py"), undefined);
});

const faults: readonly (readonly [string, string, RegExp, number | null])[] = [
  ["a syntax error", "def f(:\n", /^SyntaxError: /, 1],
  ["a wrong indentation", "x = 1\n  y = 2\n", /^IndentationError: /, 2],
  [
    "a missing import",
    "import os\nimport no_such_module\n",
    /^ModuleNotFoundError: No module named/,
    2,
  ],
  ["an exception", "def f():\n    raise ValueError('no')\n\n\nf()\n", /^ValueError: no$/, 2],
  ["an exit", "import sys\nsys.exit(3)\n", /^SystemExit: 3$/, 2],
  ["a missing function", ACCEPT, /^has no function web_socket_transfer_data$/, null],
  ["an encoding that does not fit", "# coding: ascii\nx = 'é'\n", /^SyntaxError: /, null],
];

for (const [name, text, message, line] of faults) {
  test(`${name} is told with its line, and the others load`, async (t) => {
    const { load, folder } = await makeWorker(t, { "bad_wsh.py": text, "good_wsh.py": ECHO });
    const outcome = await load("bad_wsh.py");
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.message, message);
    assert.equal(outcome.file, `${folder.path}/bad_wsh.py`);
    if (line !== null) assert.equal(outcome.line, line);
    assert.deepEqual(await load("good_wsh.py"), { kind: "loaded", files: [] });
  });
}

// "é" in Latin-1 alone is no UTF-8; what the file says itself does not count.
const LATIN = `# coding: utf-8\n${ACCEPT}def web_socket_transfer_data(request):
    request.ws_stream.receive_message()
    request.ws_stream.send_message("caf\xe9")
`;

test("the encoding that is named holds for every file, whatever it says itself", async (t) => {
  const { load, open, folder } = await makeWorker(t, {}, { encoding: "latin-1" });
  await writeFile(join(folder.path, "a_wsh.py"), LATIN, "latin1");
  assert.equal((await load("a_wsh.py")).kind, "loaded");
  assert.equal(await (await opened(open("a_wsh.py"))).ask("?"), "café");
});

for (const [encoding, message, line] of [
  ["ascii", /^is not ascii, as --handler-encoding says: ordinal not in range/, 8],
  ["klingon", /^Python has no text encoding 'klingon' \(--handler-encoding\)$/, null],
  ["hex", /^Python has no text encoding 'hex'/, null],
] as const) {
  test(`the encoding ${encoding} is told where it does not fit`, async (t) => {
    const { load, folder } = await makeWorker(t, {}, { encoding });
    await writeFile(join(folder.path, "a_wsh.py"), LATIN, "latin1");
    const outcome = await load("a_wsh.py");
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.message, message);
    assert.equal(outcome.line, line);
  });
}

test("a handler that did not load refuses with 503", async (t) => {
  const { load, open } = await makeWorker(t, { "bad_wsh.py": "def f(:\n" });
  await load("bad_wsh.py");
  const verdict = await open("bad_wsh.py")?.verdict;
  assert.ok(verdict?.kind === "refuse");
  assert.equal(verdict.status, 503);
});

test("a load anew serves new connections, and the old ones keep theirs", async (t) => {
  const { load, open, folder } = await makeWorker(t, { "a_wsh.py": ECHO });
  await load("a_wsh.py");
  const old = await opened(open("a_wsh.py"));
  await folder.write("a_wsh.py", ECHO.replace("message(message)", 'message("new " + message)'));
  await load("a_wsh.py");
  const young = await opened(open("a_wsh.py"));
  assert.equal(await old.ask("x"), "x");
  assert.equal(await young.ask("x"), "new x");
  await folder.write("a_wsh.py", "def f(:\n");
  assert.equal((await load("a_wsh.py")).kind, "failed");
  assert.equal(await (await opened(open("a_wsh.py"))).ask("x"), "new x");
});

test("helpers of the folder are found, named, and imported anew when one was saved", async (t) => {
  const uses = `import helper\n${ACCEPT}def web_socket_transfer_data(request):
    request.ws_stream.receive_message()
    request.ws_stream.send_message(helper.WORD)
`;
  const { load, open, folder } = await makeWorker(t, {
    "sub/a_wsh.py": uses,
    "helper.py": "WORD = 'one'\n",
  });
  const loaded = { kind: "loaded", files: [`${folder.path}/helper.py`] };
  assert.deepEqual(await load("sub/a_wsh.py"), loaded);
  assert.equal(await (await opened(open("sub/a_wsh.py"))).ask("?"), "one");
  await folder.write("helper.py", "WORD = 'another'\n");
  assert.deepEqual(await load("sub/a_wsh.py"), loaded);
  assert.equal(await (await opened(open("sub/a_wsh.py"))).ask("?"), "another");
});

test("a sender waits while too much of what it sent has not left", async (t) => {
  const { load, open } = await makeWorker(t, { "push_wsh.py": PUSH, "echo_wsh.py": ECHO });
  await Promise.all([load("push_wsh.py"), load("echo_wsh.py")]);
  const connection = open("push_wsh.py");
  assert.equal((await connection?.verdict)?.kind, "accept");
  const socket = new FakeSocket();
  socket.hasRoom = false;
  connection?.opened(socket as unknown as PythonSocket); // what a connection uses of it
  const most = Math.ceil(WINDOW / ("more".length + OVERHEAD));
  await socket.until(() => socket.sent.length === most);
  // Whatever the sender wrote by now comes before these answers.
  const other = await opened(open("echo_wsh.py"));
  for (let at = 0; at < 20; at++) await other.ask("x");
  assert.equal(socket.sent.length, most);
  connection?.drained();
  await socket.until(() => socket.sent.length >= 2 * most - 1);
  connection?.ended({ code: 1006, reason: "", wasClean: false });
});

test("a worker that dies closes its connections, and is started again at a bounded rate", async (t) => {
  const { load, open, clock, line, lines, worker } = await makeWorker(t, { "a_wsh.py": ECHO });
  await load("a_wsh.py");
  for (const seconds of [1, 2, 4]) {
    const bystander = await opened(open("a_wsh.py"));
    const victim = await opened(open("a_wsh.py"));
    void victim.ask("die");
    await bystander.socket.until(() => bystander.socket.calls.length > 0);
    assert.deepEqual(bystander.socket.calls, ["close 1011"]);
    assert.equal(
      await line(new RegExp(`again in ${seconds} s`)),
      `error the Python worker ended with exit code 7; its connections (2) are closed with 1011, and it starts again in ${seconds} s`,
    );
    assert.equal(open("a_wsh.py"), undefined);
    clock.advance(seconds * 1000 - 1);
    assert.equal(clock.pending, 1);
    clock.advance(1);
    // It knows its files again, and this load waits for it to run.
    await load("a_wsh.py");
  }
  assert.equal(lines.filter((one) => one.startsWith("error")).length, 3);
  await worker.stop();
  clock.advance(100_000);
  assert.equal(open("a_wsh.py"), undefined);
});

test("one that has worked for a minute is started again soon", async (t) => {
  const { load, open, clock, line } = await makeWorker(t, { "a_wsh.py": ECHO });
  await load("a_wsh.py");
  void (await opened(open("a_wsh.py"))).ask("die");
  await line(/again in 1 s/);
  clock.advance(1000);
  await load("a_wsh.py");
  clock.advance(60_000);
  const survivor = await opened(open("a_wsh.py"));
  void survivor.ask("die");
  await survivor.socket.until(() => survivor.socket.calls.length > 0);
  clock.advance(1000);
  await load("a_wsh.py");
  assert.equal(await (await opened(open("a_wsh.py"))).ask("alive"), "alive");
});

test("a frame that cannot be done costs its own connection, and is told", async (t) => {
  const { load, open, line } = await makeWorker(t, { "a_wsh.py": ECHO });
  await load("a_wsh.py");
  const victim = await opened(open("a_wsh.py"));
  const other = await opened(open("a_wsh.py"));
  victim.socket.send = () => {
    throw new Error("on purpose");
  };
  void victim.ask("x");
  await line(/^error python: .*on purpose/s);
  assert.deepEqual(victim.socket.calls, ["close 1011"]);
  assert.equal(await other.ask("y"), "y");
});

test("the worker's files are Python 3.8", async () => {
  const check = [
    "import ast, pathlib, sys",
    "for path in pathlib.Path(sys.argv[1]).rglob('*.py'):",
    "    ast.parse(path.read_text('utf-8'), str(path), feature_version=(3, 8))",
    "    print(path.name)",
  ].join("\n");
  const folder = fileURLToPath(new URL("../../../python", import.meta.url));
  const { stdout } = await promisify(execFile)("python3", ["-c", check, folder]);
  assert.ok(stdout.split("\n").includes("worker.py"));
});

test("the handlers end with the worker, and those that clean up can", async (t) => {
  const text = `import os
${ACCEPT}def web_socket_transfer_data(request):
    try:
        while request.ws_stream.receive_message() is not None:
            pass
    finally:
        print("cleaned up")
`;
  const { load, open, worker, lines } = await makeWorker(t, { "a_wsh.py": text });
  await load("a_wsh.py");
  await opened(open("a_wsh.py"));
  await worker.stop();
  assert.ok(lines.includes("info python: cleaned up"), lines.join("\n"));
});
