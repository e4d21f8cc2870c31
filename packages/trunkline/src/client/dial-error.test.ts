import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DialError, type DialPhase, dialErrors, explain } from "./dial-error.ts";

const url = new URL("wss://user:secret@example.com:8443/path?token=secret");

const cases: readonly (readonly [object, DialPhase, string, RegExp])[] = [
  [
    { syscall: "getaddrinfo", code: "ENOTFOUND" },
    "connecting",
    "dns",
    /example\.com was not found/,
  ],
  [{ code: "ECONNREFUSED" }, "connecting", "connect", /nothing listens/],
  [{ code: "ETIMEDOUT", message: "" }, "connecting", "connect", /ETIMEDOUT/],
  [
    {
      code: "EPROTO",
      message:
        "write EPROTO 00D8:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/ssl3_record.c:354:\n",
    },
    "securing",
    "tls",
    /\/path: the server does not speak TLS on that port; is it ws: rather than wss:\?$/,
  ],
  [
    { code: "ERR_SSL_PACKET_LENGTH_TOO_LONG", message: "packet length too long" },
    "securing",
    "tls",
    /ws: rather than wss:\?$/,
  ],
  [
    {
      code: "EPROTO",
      message:
        "write EPROTO 00D8:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../deps/x.c:1605:SSL alert number 40\n",
    },
    "securing",
    "tls",
    /\/path: TLS with example\.com failed: sslv3 alert handshake failure$/,
  ],
  [{ code: "ECONNRESET" }, "securing", "tls", /ended the TLS handshake/],
  [
    { code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "self-signed certificate" },
    "securing",
    "tls",
    /self-signed certificate .*tls: \{ ca \}/,
  ],
  [
    { code: "ECONNRESET", message: "socket hang up" },
    "asking",
    "dropped",
    /without an answer \(socket hang up\)$/,
  ],
  [{ code: "HPE_INVALID_CONSTANT" }, "asking", "handshake", /not HTTP/],
];

for (const [given, phase, code, message] of cases) {
  test(`${JSON.stringify(given)} while ${phase} is explained as ${code}`, () => {
    const cause = Object.assign(new Error("platform"), given);
    const error = explain(cause, phase, url);
    assert.ok(error instanceof DialError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.message, /^Could not connect to wss:\/\/example\.com:8443\/path: /);
    assert.doesNotMatch(error.message, /secret/);
    assert.equal(error.cause, cause);
  });
}

test("a server that ends a plain connection without a word may want TLS", () => {
  const error = explain(new Error("socket hang up"), "asking", new URL("ws://example.com/"));
  assert.match(
    error.message,
    /without an answer \(socket hang up\); is it wss: rather than ws:\?$/,
  );
});

test("the docs list every code, with its sentence, and no other", () => {
  const docs = readFileSync(new URL("../../../../docs/client.md", import.meta.url), "utf8");
  const rows = [...docs.matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)].map(([, code, text]) => [
    code,
    text,
  ]);
  const listed = rows.filter(([code]) => code !== undefined && code in dialErrors);
  assert.deepEqual(listed, Object.entries(dialErrors));
});

test("an error without an answer has no status, no headers and no body", () => {
  const { status, headers, body } = new DialError("timeout", "late");
  assert.deepEqual([status, headers, body], [undefined, undefined, undefined]);
});

test("headers are read by name whatever their case, once made, and bad lines are left out", () => {
  const rawHeaders = [
    "Retry-After",
    "7",
    "a b",
    "bad name",
    "Set-Cookie",
    "a=1",
    "set-cookie",
    "b=2",
  ];
  const error = new DialError("status", "no", { status: 503, rawHeaders, body: "full" });
  assert.equal(error.headers, error.headers);
  assert.deepEqual(
    [...(error.headers ?? [])],
    [
      ["retry-after", "7"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ],
  );
  assert.equal(error.body, "full");
});
