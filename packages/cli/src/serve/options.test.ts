import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServeOptions, readConfigOption } from "./options.ts";

const defaults = {
  port: 9998,
  host: undefined,
  handlers: undefined,
  documentRoot: undefined,
  handlersMap: undefined,
  scanFolder: undefined,
  followsLinksOut: false,
  handlerEncoding: undefined,
  executables: false,
  cgiPaths: [],
  maxProcesses: 256,
  origins: undefined,
  trustProxy: undefined,
  heartbeat: 25_000,
  credential: undefined,
  validationHost: undefined,
  validationPort: undefined,
  backlog: undefined,
  tls: false,
  privateKey: undefined,
  certificate: undefined,
  clientCertificates: undefined,
  clientCa: undefined,
  logFile: undefined,
  logLevel: "info",
  logMax: 262_144,
  logCount: 5,
  console: undefined,
  notes: [],
};

const lines: readonly (readonly [string, Partial<Record<keyof typeof defaults, unknown>>])[] = [
  ["", {}],
  ["-p 0 -w h -d p", { port: 0, handlers: "h", documentRoot: "p" }],
  ["-p0 -wh", { port: 0, handlers: "h" }],
  [
    "--port=65535 --handlers=h --document-root=p",
    { port: 65_535, handlers: "h", documentRoot: "p" },
  ],
  ["--websock-handlers h --server-host ::1", { handlers: "h", host: "::1" }],
  ["--websock_handlers=my_dir --server_host 0.0.0.0", { handlers: "my_dir", host: "0.0.0.0" }],
  ["--document_root my_dir", { documentRoot: "my_dir" }],
  ["-t -k k.pem -c c.pem", { tls: true, privateKey: "k.pem", certificate: "c.pem" }],
  [
    "--tls --private_key k_1.pem --certificate c.pem",
    { tls: true, privateKey: "k_1.pem", certificate: "c.pem" },
  ],
  ["--origins any", { origins: "any" }],
  [
    "--origins https://a.example,null,file://",
    { origins: ["https://a.example", "null", "file://"] },
  ],
  ["--trust-proxy loopback,10.0.0.0/8", { trustProxy: ["loopback", "10.0.0.0/8"] }],
  ["--executables --max-processes 8", { executables: true, maxProcesses: 8 }],
  ["-x /cgi-bin,tools/ -d p", { cgiPaths: ["/cgi-bin", "/tools"], documentRoot: "p" }],
  ["--cgi_paths /cgi-bin -d p", { cgiPaths: ["/cgi-bin"], documentRoot: "p" }],
  ["--handler_encoding latin-1", { handlerEncoding: "latin-1" }],
  ["--heartbeat 0.5", { heartbeat: 500 }],
  ["--heartbeat=0", { heartbeat: 0 }],
  ["--console", { console: true }],
  ["--no-console", { console: false }],
  ["--log-level debug", { logLevel: "debug" }],
  ["--log_level fine", { logLevel: "debug" }],
  ["--log-level warning", { logLevel: "warn" }],
  ["--log-level critical", { logLevel: "error" }],
  ["--log-level error", { logLevel: "error" }],
  ["--log-level warn", { logLevel: "warn" }],
  ["--log-level info", { logLevel: "info" }],
  ["-m map.txt", { handlersMap: "map.txt" }],
  ["--websock_handlers_map_file map.txt", { handlersMap: "map.txt" }],
  ["-s h/chat", { scanFolder: "h/chat" }],
  ["--scan_dir h/chat", { scanFolder: "h/chat" }],
  ["--allow_handlers_outside_root_dir", { followsLinksOut: true }],
  ["--basic-auth", { credential: "test:test" }],
  ["--basic_auth --basic_auth_credential ada:a:b", { credential: "ada:a:b" }],
  ["-V example.com -P 80", { validationHost: "example.com", validationPort: 80 }],
  [
    "--validation_host example.com --validation_port=80",
    { validationHost: "example.com", validationPort: 80 },
  ],
  ["-q 128", { backlog: 128 }],
  ["--queue 128", { backlog: 128 }],
  ["-l s.log", { logFile: "s.log" }],
  [
    "--log_file s.log --log_max 1000 --log_count 0",
    { logFile: "s.log", logMax: 1000, logCount: 0 },
  ],
  [
    "-t -k k -c c --tls-client-auth --tls-client-ca ca",
    {
      tls: true,
      privateKey: "k",
      certificate: "c",
      clientCertificates: "required",
      clientCa: "ca",
    },
  ],
  [
    "-t -k k -c c --tls_client_auth --tls_client_cert_optional --tls_client_ca ca",
    {
      tls: true,
      privateKey: "k",
      certificate: "c",
      clientCertificates: "optional",
      clientCa: "ca",
    },
  ],
];

for (const [line, expected] of lines) {
  test(`"${line}" is read as it is meant`, () => {
    const parsed = parseServeOptions(line.split(" ").filter((part) => part !== ""));
    assert.deepEqual(parsed, { ...defaults, ...expected });
  });
}

for (const line of ["--deflate_log_level warn", "--thread-monitor-interval-in-sec 5"]) {
  test(`"${line}" is accepted, and a sentence says why it does nothing`, () => {
    const parsed = parseServeOptions(line.split(" "));
    assert.ok("notes" in parsed);
    assert.equal(parsed.notes.length, 1);
    assert.match(parsed.notes[0] ?? "", /^--[a-z-]+ does nothing: \w+/);
    assert.deepEqual({ ...parsed, notes: [] }, defaults);
  });
}

test("help has the groups, what a first use needs in front", () => {
  const parsed = parseServeOptions(["--help"]);
  assert.ok("help" in parsed);
  const order = ["-p, --port", "-w, --handlers", "-d, --document-root", "Handlers:", "TLS:"];
  const places = order.map((text) => parsed.help.indexOf(text));
  assert.ok(!places.includes(-1));
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test("the command line wins over a configuration file, which wins over the defaults", () => {
  const entries = { port: 1, logLevel: "debug", console: false, origins: ["https://a.example"] };
  const config = { file: "c.json", isText: false, entries };
  const parsed = parseServeOptions(["-p", "2", "--console"], config);
  assert.deepEqual(parsed, {
    ...defaults,
    port: 2,
    logLevel: "debug",
    console: true,
    origins: ["https://a.example"],
  });
});

test("what belongs together may stand in the file and on the command line", () => {
  const config = { file: "c.json", isText: false, entries: { tls: true } };
  const parsed = parseServeOptions(["-k", "k", "-c", "c"], config);
  assert.deepEqual(parsed, { ...defaults, tls: true, privateKey: "k", certificate: "c" });
});

test("the file of --config is known before the options are judged together", () => {
  assert.deepEqual(readConfigOption(["-k", "k", "--config", "c.ini"]), { config: "c.ini" });
  assert.deepEqual(readConfigOption(["-k", "k"]), { config: undefined });
  assert.equal(readConfigOption(["--config", "gone", "--help"]), "help");
});

test("help is text to print", () => {
  const parsed = parseServeOptions(["--help"]);
  assert.ok("help" in parsed);
  assert.match(parsed.help, /^Usage: trunkline serve/);
});

test("two origins with a space after the comma are two origins", () => {
  const parsed = parseServeOptions(["--origins", "https://a.example, https://b.example"]);
  assert.ok("origins" in parsed);
  assert.deepEqual(parsed.origins, ["https://a.example", "https://b.example"]);
});

const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
  [["--websock-handler", "h"], /Did you mean --websock-handlers\?/],
  [["--q"], /no option "--q"\. "/],
  [["-x"], /^-x, --cgi-paths needs its <list> behind it\.$/],
  [["-x", "/cgi-bin"], /-x names folders of the document root: add -d/],
  [["-x", "/../bin", "-d", "p"], /"\/\.\.\/bin" names no folder/],
  [["--max-processes", "0"], /"0": it must be a whole number, 1 or more/],
  [["--heartbeat", "often"], /"often": it must be a number of seconds/],
  [["--port=abc"], /"abc": it must be a whole number/],
  [["-p", "-1"], /"-1"/],
  [["-H", ""], /^-H, --host is empty: give its <address>, or leave it out\.$/],
  [["--basic-auth", "--basic-auth-credential", "ada"], /a user name, a colon and a password/],
  [["--basic-auth-credential", "a:b"], /for --basic-auth: add it/],
  [["--tls-client-auth", "--tls-client-ca", "c"], /--tls-client-auth is for TLS: add -t/],
  [["-t", "--tls-client-auth"], /needs the certificate of who signs the clients'/],
  [["-t", "--tls-client-ca", "c"], /for --tls-client-auth: add it/],
  [["--tls=yes"], /^--tls takes no value/],
  [["handlers/"], /^"handlers\/" is a word too many: "trunkline serve" takes options only/],
  [["--trust-proxy", "foo"], /^--trust-proxy cannot be "foo": .* a range such as/],
  [["--log-max", "1.5"], /"1\.5": it must be a whole number, 0 or more/],
  [["-q", "0"], /-q, --queue cannot be "0": it must be a whole number from 1 to 2147483647/],
  [["-q", "2147483648"], /-q, --queue cannot be "2147483648"/],
  [["-P", "http"], /a whole number from 0 to 65535/],
  [["--deflate-log-level", "loud"], /cannot be "loud": it must be one of/],
];

for (const [args, says] of mistakes) {
  test(`"${args.join(" ")}" is a usage error`, () => {
    assert.throws(() => parseServeOptions(args), {
      name: "CommandError",
      exitCode: 2,
      message: says,
    });
  });
}
