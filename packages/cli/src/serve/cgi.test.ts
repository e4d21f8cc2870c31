import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, symlink } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ManualClock } from "trunkline/testing";
import { ProcessPool } from "../processes/process-pool.ts";
import { keepLog, untilTrue } from "../processes/processes.test.util.ts";
import { makeFolder, type TemporaryFolder } from "../temporary-folder.test.util.ts";
import { createCgi } from "./cgi.ts";
import { SILENCE } from "./cgi-answer.ts";
import { fetchPath as fetchFromCommand, portOf, runCommand } from "./running-command.test.util.ts";

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  /** Whether the answer came whole. */
  readonly complete: boolean;
}

async function serveCgi(t: TestContext, files: Readonly<Record<string, string>>, limit = 10) {
  const folder = await makeFolder(t, files);
  const clock = new ManualClock();
  const kept = keepLog();
  const pool = new ProcessPool({ limit, clock, log: kept.log });
  const answer = createCgi({
    root: folder.path,
    paths: ["/cgi-bin"],
    hidden: [join(folder.path, "cgi-bin/handlers")],
    pool,
    log: kept.log,
    environment: { PATH: process.env.PATH },
  });
  const server = createServer(async (asked, response) => {
    const path = (asked.url ?? "").replace(/[?#].*$/s, "");
    if (!(await answer(asked, response, path))) response.writeHead(299).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await pool.stop();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const ask = (path: string, options: Asked = {}) => fetch(address.port, path, options);
  return { ask, folder, clock, pool, port: address.port, ...kept };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function fetch(port: number, path: string, { body, ...options }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path, agent: false, ...options });
    sent.on("error", reject).on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response
        .on("error", () => {})
        .on("close", () => {
          const { statusCode: status = 0, headers, complete } = response;
          resolve({ status, headers, body: text, complete });
        });
    });
    sent.end(body);
  });
}

const HI = '#!/bin/sh\necho "Content-Type: text/plain"\necho\necho "Hi from hi"\n';

test("a script answers, under its own status and headers", async (t) => {
  const { ask } = await serveCgi(t, {
    "cgi-bin/hi.sh": HI,
    "cgi-bin/no.sh":
      '#!/bin/sh\nprintf "Status: 404 Not here\\r\\nContent-Type: a/b\\r\\nSet-Cookie: a=1\\r\\nSet-Cookie: b=2\\r\\nContent-Length: 999\\r\\n\\r\\nno"\n',
    "cgi-bin/go.sh": '#!/bin/sh\nprintf "Location: /there\\n\\n"\n',
  });
  const hi = await ask("/cgi-bin/hi.sh");
  assert.deepEqual(
    [hi.status, hi.body, hi.headers["content-type"]],
    [200, "Hi from hi\n", "text/plain"],
  );
  const no = await ask("/cgi-bin/no.sh");
  assert.deepEqual([no.status, no.body, no.headers["set-cookie"]], [404, "no", ["a=1", "b=2"]]);
  const go = await ask("/cgi-bin/go.sh");
  assert.deepEqual([go.status, go.headers.location], [302, "/there"]);
  const head = await ask("/cgi-bin/hi.sh", { method: "HEAD" });
  assert.deepEqual([head.status, head.body], [200, ""]);
});

test("a script knows the request, its path information and its body", async (t) => {
  const { ask, folder } = await serveCgi(t, {
    "cgi-bin/deep/env.sh": '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nenv\npwd\ncat\n',
  });
  const { body } = await ask("/cgi-bin/deep/env.sh/more/p%C3%A4th?a=1&b", {
    method: "POST",
    headers: { "Content-Type": "x/y", "Content-Length": "5", "X-One": "1" },
    body: "12345",
  });
  const lines = body.split("\n");
  for (const line of [
    "REQUEST_METHOD=POST",
    "SCRIPT_NAME=/cgi-bin/deep/env.sh",
    "PATH_INFO=/more/päth",
    `PATH_TRANSLATED=${folder.path}/more/päth`,
    "QUERY_STRING=a=1&b",
    "CONTENT_LENGTH=5",
    "CONTENT_TYPE=x/y",
    "HTTP_X_ONE=1",
    `${folder.path}/cgi-bin/deep`,
    "12345",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${body}`);
  }
});

test("large bodies go through both ways", async (t) => {
  const { ask } = await serveCgi(t, {
    "cgi-bin/cat": '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\ncat\n',
  });
  const text = "0123456789".repeat(300_000);
  const answer = await ask("/cgi-bin/cat", {
    method: "PUT",
    headers: { "Content-Length": String(text.length) },
    body: text,
  });
  assert.ok(answer.body === text);
});

test("what is no script is not run, and not shown", async (t) => {
  const outside = await makeFolder(t, { "out.sh": HI });
  const { ask, folder, line } = await serveCgi(t, {
    "cgi-bin/forgot.sh": HI,
    "cgi-bin/.hidden.sh": HI,
    "cgi-bin/handlers/a.sh": HI,
    "cgi-bin/folder/hi.sh": HI,
    "elsewhere/hi.sh": HI,
  });
  await chmod(join(folder.path, "cgi-bin/forgot.sh"), 0o644);
  await symlink(join(outside.path, "out.sh"), join(folder.path, "cgi-bin/link.sh"));
  const statuses: readonly (readonly [string, number])[] = [
    ["/cgi-bin/gone.sh", 404],
    ["/cgi-bin/folder", 404],
    ["/cgi-bin/folder/", 404],
    ["/cgi-bin/", 404],
    ["/cgi-bin", 404],
    ["/cgi-bin/link.sh", 404],
    ["/cgi-bin/handlers/a.sh", 404],
    ["/cgi-bin/forgot.sh", 403],
    // Left to whoever comes next, who has the same rules.
    ["/cgi-bin/.hidden.sh", 299],
    ["/cgi-bin/../elsewhere/hi.sh", 299],
    ["/cgi-bin/%2e%2e/elsewhere/hi.sh", 299],
    ["/cgi-bin/%00", 299],
    ["/cgi-binary/hi.sh", 299],
    ["/elsewhere/hi.sh", 299],
    ["/cgi-bin%2ffolder%2fhi.sh", 200],
  ];
  for (const [path, status] of statuses) assert.equal((await ask(path)).status, status, path);
  await line(/^warn .*forgot\.sh has no run bit: chmod \+x/);
});

const broken: readonly (readonly [string, string, RegExp])[] = [
  ["says nothing", "exit 0", /it ended before its head did; answered 502/],
  ["has no head", "echo hello; echo", /the line "hello" is no header; answered 502/],
  ["forges a header", 'printf "Content-Type: a/b\\nX: a\\rSet-Cookie: c\\n\\n"', /is no header/],
  ["switches protocols", 'printf "Status: 101\\n\\n"', /its status is "101"; answered 502/],
  ["never ends its head", "yes A: b", /its head exceeds 65536 bytes; answered 502/],
];
for (const [name, script, says] of broken) {
  test(`a script that ${name} is a 502 with a line`, async (t) => {
    const { ask, line } = await serveCgi(t, { "cgi-bin/a.sh": `#!/bin/sh\n${script}\n` });
    const { status, body, headers } = await ask("/cgi-bin/a.sh");
    assert.deepEqual([status, body, headers["set-cookie"]], [502, "", undefined]);
    await line(says);
  });
}

test("a script that hangs before its head is a 504 after the silence, and is stopped", async (t) => {
  const { ask, clock, pool, line } = await serveCgi(t, {
    "cgi-bin/hang.sh": "#!/bin/sh\necho started >&2\nexec sleep 1000\n",
  });
  const answer = ask("/cgi-bin/hang.sh");
  await line(/started/);
  clock.advance(SILENCE - 1);
  clock.advance(1);
  assert.equal((await answer).status, 504);
  await line(/hang\.sh: it said nothing for too long; answered 504/);
  await pool.stop();
  assert.equal(pool.size, 0);
});

for (const [name, script, says] of [
  ["hangs", "echo more >&2; exec sleep 1000", /it said nothing for too long$/],
  ["is killed", "sleep 0; kill -KILL $$", /a\.sh ended by SIGKILL/],
] as const) {
  test(`a script that ${name} in its body cuts the answer off visibly`, async (t) => {
    const { ask, clock, line } = await serveCgi(t, {
      "cgi-bin/a.sh": `#!/bin/sh\nprintf "Content-Type: a/b\\n\\nhalf"\n${script}\n`,
    });
    const answer = ask("/cgi-bin/a.sh");
    if (name === "hangs") {
      await line(/more/);
      await untilTrue(() => clock.pending > 0);
      clock.advance(SILENCE);
    }
    assert.equal((await answer).complete, false);
    await line(says);
  });
}

test("an exit code is logged, and the answer is what was said", async (t) => {
  const { ask, line } = await serveCgi(t, { "cgi-bin/a.sh": `${HI}echo oops >&2\nexit 3\n` });
  assert.equal((await ask("/cgi-bin/a.sh")).body, "Hi from hi\n");
  await line(/^info .*a\.sh: oops/);
  await line(/^warn .*a\.sh ended with exit code 3/);
});

test("a client that goes takes its script with it", async (t) => {
  const { port, pool, line } = await serveCgi(t, {
    "cgi-bin/a.sh": "#!/bin/sh\necho started >&2\nexec sleep 1000\n",
  });
  const client = connectTcp(port, "127.0.0.1");
  client.write("GET /cgi-bin/a.sh HTTP/1.1\r\nHost: a\r\n\r\n");
  await line(/started/);
  client.destroy();
  await untilTrue(() => pool.size === 0);
});

test("a body without length is 411, and beyond the limit of processes it is 503", async (t) => {
  const { ask, line } = await serveCgi(t, { "cgi-bin/hi.sh": HI }, 0);
  const chunked = { method: "POST", headers: { "Transfer-Encoding": "chunked" }, body: "x" };
  assert.equal((await ask("/cgi-bin/hi.sh", chunked)).status, 411);
  assert.equal((await ask("/cgi-bin/hi.sh")).status, 503);
  await line(
    /error .*hi\.sh: all 0 processes are in use \(--max-processes\); \/cgi-bin\/hi\.sh answered 503/,
  );
});

async function command(t: TestContext): Promise<{ port: number; folder: TemporaryFolder }> {
  const folder = await makeFolder(t, { "p/cgi-bin/hi.sh": HI, "p/a.txt": "text" });
  await symlink("cgi-bin", join(folder.path, "p/alias"));
  const running = runCommand(t, folder.path, ["-p", "0", "-d", "p", "-x", "/cgi-bin"]);
  return { port: await portOf(running), folder };
}

test("-x runs the scripts of its folder, and nobody reads them by another name", async (t) => {
  const { port } = await command(t);
  assert.equal((await fetchFromCommand(port, "/cgi-bin/hi.sh")).body, "Hi from hi\n");
  assert.equal((await fetchFromCommand(port, "/a.txt")).body, "text");
  assert.equal((await fetchFromCommand(port, "/alias/hi.sh")).status, 404);
});
