import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileOrigins, isAllowedOrigin, joinOrigins, parseAuthority } from "./origin.ts";

fc.configureGlobal({ seed: 6455 });

const own: ReadonlyArray<
  readonly [origin: string, host: string | undefined, secure: boolean, isOwn: boolean]
> = [
  ["http://localhost:9998", "localhost:9998", false, true],
  ["https://example.com", "example.com", true, true],
  // The scheme is ignored.
  ["https://example.com", "example.com", false, true],
  ["http://example.com", "example.com", true, true],
  ["https://example.com:8443", "example.com:8443", false, true],
  ["ws://example.com", "example.com", false, true],
  ["wss://example.com:443", "example.com", true, true],
  // A default port equals no port.
  ["http://example.com", "example.com:80", false, true],
  ["http://example.com:80", "example.com", false, true],
  ["https://example.com", "example.com:443", true, true],
  ["https://example.com", "example.com:443", false, true],
  ["https://example.com", "example.com:80", false, true],
  ["http://example.com", "example.com:443", true, true],
  ["https://example.com:443", "example.com:443", true, true],
  ["http://example.com", "example.com:443", false, false],
  ["https://example.com", "example.com:80", true, false],
  ["http://example.com:443", "example.com:80", false, false],
  // An origin with a port passes when Host has none, but not the reverse.
  ["http://example.com:8080", "example.com", false, true],
  ["http://example.com:8080", "example.com:", false, true],
  ["http://example.com", "example.com:8080", false, false],
  ["http://localhost:5173", "localhost:9998", false, false],
  // Case of the host does not matter.
  ["http://Example.COM", "example.com", false, true],
  ["HTTP://example.com", "EXAMPLE.com", false, true],
  ["http://localhost:9998", "LOCALHOST:9998", false, true],
  // Other hosts.
  ["http://evil.example", "example.com", false, false],
  ["http://example.com.evil.example", "example.com", false, false],
  ["http://evilexample.com", "example.com", false, false],
  ["http://example.com", "example.com.", false, false],
  ["http://127.0.0.1:9998", "localhost:9998", false, false],
  ["http://sub.example.com", "example.com", false, false],
  // IPv6.
  ["http://[::1]:9998", "[::1]:9998", false, true],
  ["http://[::1]", "[::1]:80", false, true],
  ["http://[2001:DB8::1]:9998", "[2001:db8::1]:9998", false, true],
  ["http://[::1]:9998", "[::2]:9998", false, false],
  ["http://[::1]:9998", "[::1", false, false],
  ["http://[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", false, true],
  ["http://[]", "[]", false, false],
  ["http://::1", "::1", false, false],
  // Pages without a host of the network.
  ["null", "localhost:9998", false, false],
  ["null", "null", false, false],
  ["file://", "localhost:9998", false, false],
  ["file://", "", false, false],
  ["app://localhost", "localhost", false, false],
  ["chrome-extension://abc", "abc", false, false],
  // Malformed.
  ["", "localhost", false, false],
  ["http://", "", false, false],
  ["http://", "localhost", false, false],
  ["localhost:9998", "localhost:9998", false, false],
  ["//localhost:9998", "localhost:9998", false, false],
  ["://localhost:9998", "localhost:9998", false, false],
  ["http:localhost", "localhost", false, false],
  ["http://localhost/", "localhost", false, false],
  ["http://localhost/", "localhost/", false, false],
  ["http://user@localhost", "localhost", false, false],
  ["http://user@localhost", "user@localhost", false, false],
  ["http://localhost:9998, http://localhost:9998", "localhost:9998", false, false],
  ["http://evil.example, http://localhost", "localhost", false, false],
  ["http://evil.example http://localhost", "localhost", false, false],
  ["http://a, http://b", "a, http://b", false, false],
  ["http://localhost:99999", "localhost", false, false],
  ["http://localhost:99999", "localhost:99999", false, false],
  ["http://localhost:99x", "localhost", false, false],
  ["http://localhost:-1", "localhost:-1", false, false],
  ["http://localhost", "localhost:99999", false, false],
  ["http://localhost\0", "localhost\0", false, false],
  ["http://localhost", undefined, false, false],
  ["http://localhost", "", false, false],
];

for (const [origin, host, secure, isOwn] of own) {
  const where = `Host ${JSON.stringify(host)}${secure ? " over TLS" : ""}`;
  test(`${JSON.stringify(origin)} is ${isOwn ? "our own" : "foreign"} at ${where}`, () => {
    assert.equal(isAllowedOrigin({ origin, host, secure }), isOwn);
  });
}

test("a request without Origin passes", () => {
  assert.equal(isAllowedOrigin({ origin: undefined, host: "localhost", secure: false }), true);
  assert.equal(isAllowedOrigin({ origin: undefined, host: undefined, secure: false }), true);
});

test('"any" lets everything pass', () => {
  for (const origin of ["null", "file://", "http://evil.example", "", "a, b"]) {
    const request = { origin, host: "localhost", secure: false };
    assert.equal(isAllowedOrigin(request, compileOrigins("any")), true);
  }
});

const listed: ReadonlyArray<readonly [entry: string, origin: string, passes: boolean]> = [
  ["https://example.com", "https://example.com", true],
  ["https://example.com", "https://EXAMPLE.com", true],
  ["https://example.com", "https://example.com:443", true],
  ["https://example.com", "http://example.com", false],
  ["https://example.com", "https://example.com:8443", false],
  ["https://example.com", "https://sub.example.com", false],
  ["https://example.com", "https://example.com.evil.example", false],
  ["https://example.com", "https://example.com/", false],
  ["https://example.com", "https://example.com, https://example.com", false],
  ["https://example.com:443", "https://example.com", true],
  ["http://example.com:80", "http://example.com", true],
  ["http://example.com:443", "http://example.com", false],
  ["http://example.com:443", "http://example.com:443", true],
  ["https://example.com:80", "https://example.com", false],
  ["https://example.com:80", "https://example.com:80", true],
  ["HTTPS://Example.COM:8443", "https://example.com:8443", true],
  ["http://localhost:5173", "http://localhost:5173", true],
  ["https://b\u00fccher.example", "https://xn--bcher-kva.example", true],
  ["http://[::1]:5173", "http://[::1]:5173", true],
  ["http://[0:0:0:0:0:0:0:1]:5173", "http://[::1]:5173", true],
  ["null", "null", true],
  ["null", "NULL", false],
  ["null", "file://", false],
  ["file://", "file://", true],
  ["file://", "null", false],
  ["chrome-extension://abcdef", "chrome-extension://abcdef", true],
  ["chrome-extension://abcdef", "chrome-extension://abcdee", false],
  ["app://localhost", "app://localhost", true],
  ["app://localhost", "http://localhost", false],
];

for (const [entry, origin, passes] of listed) {
  test(`with ${JSON.stringify(entry)} listed, "${origin}" ${passes ? "passes" : "is foreign"}`, () => {
    const request = { origin, host: "socket.example", secure: true };
    assert.equal(isAllowedOrigin(request, compileOrigins([entry])), passes);
  });
}

test("what is listed adds to our own", () => {
  const allowed = compileOrigins(["https://example.com"]);
  const request = { origin: "http://localhost:9998", host: "localhost:9998", secure: false };
  assert.equal(isAllowedOrigin(request, allowed), true);
});

test("an empty list and no list allow our own only", () => {
  const foreign = { origin: "http://evil.example", host: "localhost", secure: false };
  const page = { origin: "http://localhost", host: "localhost", secure: false };
  for (const allowed of [compileOrigins([]), compileOrigins(undefined)]) {
    assert.equal(isAllowedOrigin(foreign, allowed), false);
    assert.equal(isAllowedOrigin(page, allowed), true);
  }
});

test("two sets joined allow what either does", () => {
  const one = compileOrigins(["https://one.example"]);
  const other = compileOrigins(["https://other.example"]);
  const none = compileOrigins([]);
  const joined = joinOrigins(one, other);
  for (const origin of ["https://one.example", "https://other.example"]) {
    assert.equal(isAllowedOrigin({ origin, host: "x", secure: true }, joined), true);
  }
  assert.equal(joinOrigins(one, none), one);
  assert.equal(joinOrigins(none, one), one);
  assert.equal(joinOrigins(one, "any"), "any");
  assert.equal(joinOrigins("any", one), "any");
});

const mistakes: ReadonlyArray<readonly [origins: unknown, message: RegExp]> = [
  ["https://example.com", /must be a list such as/],
  [true, /must be a list such as/],
  [[7], /origins\[0\] is 7, which is no string/],
  [[undefined], /which is no string/],
  [["any"], /origins: "any"/],
  [["*"], /origins: "any"/],
  [["https://a.example", "localhost:3000"], /origins\[1\].*no scheme; write "https:\/\/localhost/],
  [["https://example.com/"], /ends after host and port; write "https:\/\/example\.com"/],
  [["https://example.com/path"], /write "https:\/\/example\.com"/],
  [["https://example.com?x"], /ends after host and port/],
  [["https://example.com#x"], /ends after host and port/],
  [["https://example.com\\x"], /ends after host and port/],
  [["https://*.example.com"], /patterns are not supported/],
  [["wss://example.com"], /write "https:\/\/example\.com"/],
  [["ws://localhost:9998"], /write "http:\/\/localhost:9998"/],
  [[""], /no scheme/],
  [["https://"], /no origin/],
  [["://example.com"], /no origin/],
  [["1a://example.com"], /no origin/],
  [["https://a b"], /no origin/],
  [["https://user@example.com"], /no origin/],
  [["https://user:pass@example.com"], /no origin/],
  [["https://example.com:99999"], /no origin/],
  [["https://example.com:x"], /no origin/],
  [["https://[::1"], /no origin/],
  [["https://a, https://b"], /ends after host and port|no origin/],
];

for (const [origins, message] of mistakes) {
  test(`origins: ${JSON.stringify(origins)} is told what is wrong`, () => {
    // What somebody without types may pass.
    assert.throws(() => compileOrigins(origins as string[]), { name: "TypeError", message });
  });
}

const authorities: ReadonlyArray<
  readonly [text: string, host: string | undefined, port: number | undefined]
> = [
  ["example.com", "example.com", undefined],
  ["EXAMPLE.com:80", "example.com", 80],
  ["example.com:", "example.com", undefined],
  ["a_b-c.example:65535", "a_b-c.example", 65535],
  ["127.0.0.1:1", "127.0.0.1", 1],
  ["[::1]", "[::1]", undefined],
  ["[FE80::1]:0", "[fe80::1]", 0],
  ["", undefined, undefined],
  [":80", undefined, undefined],
  ["[::1]x", undefined, undefined],
  ["[fe80::1%eth0]", undefined, undefined],
  ["a:b", undefined, undefined],
  ["a:1:2", undefined, undefined],
  ["a:65536", undefined, undefined],
  ["a b", undefined, undefined],
  ["a,b", undefined, undefined],
  ["a/b", undefined, undefined],
  ["caf\u00e9", undefined, undefined],
];

for (const [text, host, port] of authorities) {
  test(`"${text}" is ${host === undefined ? "no host" : `host ${host}, port ${port}`}`, () => {
    assert.deepEqual(parseAuthority(text), host === undefined ? undefined : { host, port });
  });
}

test("the quick comparison decides as the slow one does", () => {
  const hosts = fc.constantFrom("a", "a:80", "a:443", "[::1]:9", "a.b:", "a,b", "", "a/", "b");
  const schemes = fc.constantFrom("http", "https", "HTTP", "app");
  fc.assert(
    fc.property(schemes, hosts, hosts, fc.boolean(), (scheme, page, host, secure) => {
      const quick = isAllowedOrigin({ origin: `${scheme}://${page}`, host, secure });
      // In upper case the text never equals that of Host, so that this one is parsed.
      const slow = isAllowedOrigin({ origin: `${scheme.toUpperCase()}://${page}`, host, secure });
      assert.equal(quick, slow);
    }),
  );
});

test("no header makes the check throw, and none of them is our own by accident", () => {
  const request = fc.record({
    origin: fc.string({ unit: "binary" }),
    host: fc.string({ unit: "binary" }),
    secure: fc.boolean(),
  });
  fc.assert(
    fc.property(request, (one) => {
      assert.equal(isAllowedOrigin(one, compileOrigins(["https://example.com"])), false);
    }),
  );
});
