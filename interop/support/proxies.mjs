/**
 * Web servers that stand in front of ours, each a process of the test's own: no service of the machine
 * is touched. The configurations are those of docs/proxies.md, word for word but for the host's name,
 * ports and files; around them stands what Debian's own main file has, with every path in a folder of
 * the test. Nobody tells when a web server listens, so that alone is asked for again and again.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cert, key } from "../../packages/trunkline/dist/testing/certificate.test.util.js";
import { findSnippets } from "../../tests/support/snippets.mjs";

const page = readFileSync(new URL("../../docs/proxies.md", import.meta.url), "utf8");
const snippets = findSnippets("docs/proxies.md", page);

/** The blocks of a language: the whole host, and a path of a site that exists. */
function blocksOf(language) {
  const blocks = snippets.filter((snippet) => snippet.language === language);
  if (blocks.length === 2) return blocks.map(({ code }) => code);
  throw new Error(`docs/proxies.md has ${blocks.length} blocks of ${language} instead of 2.`);
}

const isRoot = process.getuid?.() === 0;
const nginxFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
const modules = "/usr/lib/apache2/modules";
const apacheModules = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "ssl"];
const lines = (names, write) => names.map(write).join("\n");

/**
 * `place` puts ports and files into a block, `surround` makes a configuration of both, `bare` leaves the
 * proxy to its defaults but for the upgrade, `hurry` has it close what is quiet for two seconds.
 */
export const PROXIES = [
  {
    name: "nginx",
    program: "nginx",
    language: "nginx",
    args: ({ file, folder }) => ["-c", file, "-p", folder, "-e", "stderr", "-g", "daemon off;"],
    place: (text, { http, https }) =>
      text
        .replace("listen 80", `listen 127.0.0.1:${http}`)
        .replace("listen 443", `listen 127.0.0.1:${https}`),
    surround: ([host, path], { folder, site }) => `
      ${isRoot ? "user root;" : ""}
      pid ${folder}/pid;
      events {}
      http {
        access_log off;
        ${lines(nginxFolders, (name) => `${name}_temp_path ${folder}/${name};`)}
        ${host}
        server {
          listen 127.0.0.1:${site};
          ${path}
        }
      }`,
    bare: (text) =>
      text.replaceAll(/ *proxy_set_header (Host|Forwarded|X-Forwarded-\w+) .*\n/g, ""),
    hurry: (text) => text.replaceAll("proxy_pass ", "proxy_read_timeout 2s; proxy_pass "),
  },
  {
    name: "Apache httpd",
    program: "apache2",
    language: "apache",
    args: ({ file }) => ["-D", "FOREGROUND", "-f", file],
    place: (text, { http, https }) =>
      text.replace("*:80>", `*:${http}>`).replace("*:443>", `*:${https}>`),
    surround: ([host, path], { folder, site, http, https }) => `
      ServerRoot ${folder}
      ServerName localhost
      PidFile ${folder}/pid
      ErrorLog ${folder}/log
      DefaultRuntimeDir ${folder}
      ${isRoot ? "User www-data\nGroup www-data" : ""}
      ${lines(apacheModules, (name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)}
      ${lines([site, http, https], (port) => `Listen 127.0.0.1:${port}`)}
      ${host}
      <VirtualHost *:${site}>
      ${path}
      </VirtualHost>`,
    bare: (text) => text.replaceAll(/ *(ProxyPreserveHost|RequestHeader) .*\n/g, ""),
    hurry: (text) => `Timeout 2\n${text}`,
  },
  {
    name: "HAProxy",
    program: "haproxy",
    language: "haproxy",
    args: ({ file }) => ["-db", "-f", file],
    place: (text, { http, https }) =>
      text
        .replace("bind :80", `bind 127.0.0.1:${http}`)
        .replace("bind :443", `bind 127.0.0.1:${https}`),
    surround: ([host, path], { site }) => `
defaults
    mode http
    timeout connect 5000
    timeout client 50000
    timeout server 50000

${host}

frontend site
    bind 127.0.0.1:${site}
${path}`,
    bare: (text) =>
      text.replaceAll(/ *(option forwardfor|http-request (del|set)-header .*)\n/g, ""),
    hurry: (text) => text.replaceAll("timeout tunnel 60s", "timeout tunnel 2s"),
  },
  {
    name: "Caddy",
    program: "caddy",
    language: "caddy",
    args: ({ file }) => ["run", "--config", file, "--adapter", "caddyfile"],
    place: (text, { http, https }) =>
      text
        .replace("http://localhost", `http://localhost:${http}`)
        .replace("https://localhost", `https://localhost:${https}`),
    surround: ([host, path], { site }) => `
{
  admin off
  auto_https disable_redirects
  default_bind 127.0.0.1
}
${host}
http://localhost:${site} {
  ${path}
}`,
    bare: (text) => text.replaceAll(/ *header_up .*\n/g, ""),
    hurry: (text) =>
      text.replaceAll(
        /(reverse_proxy .*\{\n)/g,
        "$1 transport http {\n read_timeout 2s\n write_timeout 2s\n }\n",
      ),
  },
];

/** Where the program is; undefined where it is not installed. */
export function findProgram({ program }) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts one, for the whole host in front of the port `behind`, for `/ws/` of a site in front of
 * `behindPath`. `changes` are made to the documentation's blocks. Ended after the test.
 */
export async function startProxy(context, proxy, { behind, behindPath, changes = [] }) {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-proxy-"));
  const [http, https, site] = await freePorts(3);
  const places = { folder, http, https, site };
  writeCertificates(folder);
  const blocks = blocksOf(proxy.language).map((block, at) => {
    const changed = changes.reduce(changeBlock, block);
    const named = changed
      .replaceAll("example.com", "localhost")
      .replaceAll("/etc/ssl/", `${folder}/ssl/`)
      .replaceAll("127.0.0.1:9998", `127.0.0.1:${at === 0 ? behind : behindPath}`);
    return proxy.place(named, places);
  });
  const file = join(folder, "configuration");
  writeFileSync(file, proxy.surround(blocks, places));
  const running = run(context, proxy, { file, folder });
  await Promise.all([http, https, site].map((port) => running.listensOn(port)));
  return {
    http: `ws://localhost:${http}`,
    https: `wss://localhost:${https}`,
    path: `ws://localhost:${site}/ws`,
  };
}

/** A change that finds nothing to change would have a test pass for the wrong reason. */
function changeBlock(text, change) {
  const changed = change(text);
  if (changed !== text) return changed;
  throw new Error(`docs/proxies.md: nothing is as ${change} expects it in:\n${text}`);
}

function writeCertificates(folder) {
  mkdirSync(join(folder, "ssl"));
  writeFileSync(join(folder, "ssl/localhost.pem"), cert);
  writeFileSync(join(folder, "ssl/localhost.key"), key);
  writeFileSync(join(folder, "ssl/localhost.both.pem"), `${cert}\n${key}`);
}

function run(context, proxy, { file, folder }) {
  const child = spawn(findProgram(proxy) ?? proxy.program, proxy.args({ file, folder }), {
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  let hasEnded = false;
  const ended = once(child, "close")
    .catch(({ message }) => {
      output += message;
    })
    .finally(() => {
      hasEnded = true;
    });
  context.after(async () => {
    await end(child, ended);
    rmSync(folder, { recursive: true, force: true });
  });
  const listensOn = async (port) => {
    for (let tries = 0; tries < 600 && !hasEnded; tries++) {
      if (await accepts(port)) return;
      await wait(25);
    }
    const said = output + readLog(folder);
    throw new Error(`${proxy.name} does not listen on ${port}:\n${said}`);
  };
  return { listensOn };
}

async function end(child, ended) {
  child.kill("SIGTERM");
  await Promise.race([ended, wait(5000, undefined, { ref: false })]);
  child.kill("SIGKILL");
  await ended;
}

function readLog(folder) {
  const log = join(folder, "log");
  return existsSync(log) ? readFileSync(log, "utf8") : "";
}

async function accepts(port) {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ports below those that the system gives to connections: nobody takes one before we listen, or while we restart. */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port) {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
