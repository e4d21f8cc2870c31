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
  [{ code: "EPROTO" }, "securing", "tls", /ws: rather than wss:/],
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
    /without an answer \(socket hang up\)/,
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

test("the docs list every code, with its sentence, and no other", () => {
  const docs = readFileSync(new URL("../../../../docs/client.md", import.meta.url), "utf8");
  const rows = [...docs.matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)].map(([, code, text]) => [
    code,
    text,
  ]);
  const listed = rows.filter(([code]) => code !== undefined && code in dialErrors);
  assert.deepEqual(listed, Object.entries(dialErrors));
});
