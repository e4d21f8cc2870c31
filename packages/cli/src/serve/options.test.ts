import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServeOptions } from "./options.ts";

const defaults = {
  port: 9998,
  host: undefined,
  handlers: undefined,
  documentRoot: undefined,
  executables: false,
  cgiPaths: [],
  maxProcesses: 256,
  origins: undefined,
  trustProxy: undefined,
  tls: false,
  privateKey: undefined,
  certificate: undefined,
  logLevel: "info",
  console: undefined,
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
  ["--console", { console: true }],
  ["--no-console", { console: false }],
  ["--log-level debug", { logLevel: "debug" }],
  ["--log_level fine", { logLevel: "debug" }],
  ["--log-level warning", { logLevel: "warn" }],
  ["--log-level critical", { logLevel: "error" }],
];

for (const [line, expected] of lines) {
  test(`"${line}" is read as it is meant`, () => {
    const parsed = parseServeOptions(line.split(" ").filter((part) => part !== ""));
    assert.deepEqual(parsed, { ...defaults, ...expected });
  });
}

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
  [["-x"], /-x, --cgi-paths <list>" argument missing/],
  [["-x", "/cgi-bin"], /-x names folders of the document root: add -d/],
  [["-x", "/../bin", "-d", "p"], /"\/\.\.\/bin" names no folder/],
  [["--max-processes", "0"], /"0" is invalid\. It must be a whole number, 1 or more/],
  [["--port=abc"], /"abc" is invalid\. It must be a whole number/],
  [["-p", "-1"], /"-1"/],
  [["-H", ""], /-H needs an address/],
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
