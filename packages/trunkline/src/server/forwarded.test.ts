import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileTrust, type Forwarded, readForwarded } from "./forwarded.ts";

fc.configureGlobal({ seed: 6455 });

type Headers = Readonly<Record<string, string>>;

function read(
  peer: string | undefined,
  headers: Headers,
  trustProxy: string | readonly string[] | undefined,
): Forwarded | undefined {
  const all = new Map(Object.entries(headers));
  return readForwarded(peer, (name) => all.get(name), compileTrust(trustProxy));
}

const everything: Headers = {
  forwarded: "for=192.0.2.1;host=a.example;proto=https",
  "x-forwarded-for": "192.0.2.1",
  "x-forwarded-host": "a.example",
  "x-forwarded-proto": "https",
};

test("without trusted proxies no header counts", () => {
  const own = { remoteAddress: "127.0.0.1", host: undefined, proto: undefined };
  assert.deepEqual(read("127.0.0.1", everything, undefined), own);
  assert.deepEqual(read("127.0.0.1", everything, []), own);
});

test("a peer that is not trusted is not believed", () => {
  for (const peer of ["192.0.2.7", "::2", "128.0.0.1", "not an address", ""]) {
    const own = { remoteAddress: peer, host: undefined, proto: undefined };
    assert.deepEqual(read(peer, everything, "loopback"), own);
  }
  const gone = { remoteAddress: undefined, host: undefined, proto: undefined };
  assert.deepEqual(read(undefined, everything, "loopback"), gone);
});

test("a peer that is not trusted cannot be refused for its headers either", () => {
  assert.ok(read("192.0.2.7", { forwarded: 'for="', "x-forwarded-for": "x" }, "loopback"));
});

test("a trusted peer is believed, whichever headers it writes", () => {
  const expected = { remoteAddress: "192.0.2.1", host: "a.example", proto: "https" };
  assert.deepEqual(read("127.0.0.1", everything, "loopback"), expected);
  const { forwarded = "", ...usual } = everything;
  assert.deepEqual(read("127.0.0.1", { forwarded }, "loopback"), expected);
  assert.deepEqual(read("127.0.0.1", usual, "loopback"), expected);
});

test("a trusted peer that writes no header is the client itself", () => {
  const own = { remoteAddress: "127.0.0.1", host: undefined, proto: undefined };
  assert.deepEqual(read("127.0.0.1", {}, "loopback"), own);
});

const trusting: ReadonlyArray<readonly [entry: string, peer: string, isTrusted: boolean]> = [
  ["loopback", "127.0.0.1", true],
  ["loopback", "127.255.255.254", true],
  ["loopback", "::1", true],
  ["loopback", "::ffff:127.0.0.1", true],
  ["loopback", "::FFFF:127.0.0.1", true],
  ["loopback", "::ffff:192.0.2.1", false],
  ["loopback", "10.0.0.1", false],
  ["linklocal", "169.254.1.1", true],
  ["linklocal", "fe80::1%eth0", true],
  ["linklocal", "fec0::1", false],
  ["uniquelocal", "10.1.2.3", true],
  ["uniquelocal", "172.31.255.255", true],
  ["uniquelocal", "172.32.0.0", false],
  ["uniquelocal", "192.168.1.1", true],
  ["uniquelocal", "fd00::1", true],
  ["uniquelocal", "127.0.0.1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "::ffff:192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["2001:db8::1", "2001:DB8:0::1", true],
  ["2001:db8::1", "2001:db8::2", false],
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["10.0.0.0/8", "::ffff:10.0.0.1", true],
  ["192.0.2.0/25", "192.0.2.128", false],
  ["2001:db8::/32", "2001:db8:ffff::1", true],
  ["2001:db8::/32", "2001:db9::1", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["::/0", "2001:db8::1", true],
];

for (const [entry, peer, isTrusted] of trusting) {
  test(`"${entry}" ${isTrusted ? "trusts" : "does not trust"} ${peer}`, () => {
    const address = read(peer, { "x-forwarded-for": "203.0.113.5" }, entry)?.remoteAddress;
    assert.equal(address, isTrusted ? "203.0.113.5" : peer);
  });
}

const trusted = ["loopback", "10.0.0.0/8"];

const chains: ReadonlyArray<readonly [usual: string, address: string]> = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1, 10.0.0.1", "192.0.2.1"],
  ["192.0.2.1,10.0.0.2,10.0.0.1", "192.0.2.1"],
  // What stands left of the client is the client's own invention.
  ["127.0.0.1, 192.0.2.1", "192.0.2.1"],
  ["198.51.100.1, 192.0.2.1, 10.0.0.1", "192.0.2.1"],
  ["garbage \u0000, 192.0.2.1", "192.0.2.1"],
  // All are proxies: the outermost is the client.
  ["10.0.0.2, 10.0.0.1", "10.0.0.2"],
  ["", "127.0.0.1"],
  [",, ,", "127.0.0.1"],
  [",192.0.2.1,,", "192.0.2.1"],
  ["192.0.2.1:5678", "192.0.2.1"],
  ["2001:db8::1", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1"],
  // What is no address ends the walk at the last one known.
  ["unknown", "127.0.0.1"],
  ["192.0.2.1, unknown", "127.0.0.1"],
  ["192.0.2.1, unknown, 10.0.0.1", "10.0.0.1"],
  ["192.0.2.1 198.51.100.1", "127.0.0.1"],
  ["[2001:db8::1", "127.0.0.1"],
  ["[2001:db8::1]x", "127.0.0.1"],
  ["[192.0.2.1]", "127.0.0.1"],
  ["[]", "127.0.0.1"],
  ["fe80::1%eth0", "127.0.0.1"],
  ["192.0.2.256", "127.0.0.1"],
  ["example.com:80", "127.0.0.1"],
  ["__proto__", "127.0.0.1"],
];

for (const [value, address] of chains) {
  test(`X-Forwarded-For ${JSON.stringify(value)} comes from ${address}`, () => {
    assert.equal(read("127.0.0.1", { "x-forwarded-for": value }, trusted)?.remoteAddress, address);
  });
}

type Expected = readonly [address: string, host?: string | undefined, proto?: "http" | "https"];

const standards: ReadonlyArray<readonly [value: string, expected: Expected | undefined]> = [
  ["for=192.0.2.1", ["192.0.2.1"]],
  ["For=192.0.2.1;Host=a.example;Proto=HTTPS", ["192.0.2.1", "a.example", "https"]],
  ['for="192.0.2.1:80";host="a.example:8080"', ["192.0.2.1", "a.example:8080"]],
  ['for="[2001:db8::1]"', ["2001:db8::1"]],
  ['for="[2001:db8::1]:4711"', ["2001:db8::1"]],
  ['for="\\192.0.2.1"', ["192.0.2.1"]],
  ["for=192.0.2.1 ; proto=ws", ["192.0.2.1", undefined, "http"]],
  ["proto=wss;for=192.0.2.1;by=_me;secret=x", ["192.0.2.1", undefined, "https"]],
  [";for=192.0.2.1;;", ["192.0.2.1"]],
  [";", ["127.0.0.1"]],
  ["host=a.example", ["127.0.0.1", "a.example"]],
  ["for=192.0.2.1, for=10.0.0.1", ["192.0.2.1"]],
  [",for=192.0.2.1,, for=10.0.0.1,", ["192.0.2.1"]],
  ["for=127.0.0.1;host=evil.example, for=192.0.2.1", ["192.0.2.1"]],
  [
    "for=192.0.2.1;host=outer.example;proto=https, for=10.0.0.1;host=inner.example;proto=http",
    ["192.0.2.1", "outer.example", "https"],
  ],
  ["for=192.0.2.1, for=10.0.0.1;host=inner.example", ["192.0.2.1", "inner.example"]],
  ["for=unknown;host=a.example", ["127.0.0.1", "a.example"]],
  ["for=_hidden", ["127.0.0.1"]],
  ['for="_hidden:_port"', ["127.0.0.1"]],
  ["for=192.0.2.1;host=unknown, for=unknown, for=10.0.0.1", ["10.0.0.1"]],
  ['host="a b";for=192.0.2.1', ["192.0.2.1"]],
  ["proto=ftp;for=192.0.2.1", ["192.0.2.1"]],
  ["__proto__=x;for=192.0.2.1", ["192.0.2.1"]],
  ["", undefined],
  [",", undefined],
  ["192.0.2.1", undefined],
  ["for", undefined],
  ["for=", undefined],
  ["for =192.0.2.1", undefined],
  ["for=[2001:db8::1]", undefined],
  ["for=192.0.2.1:80", undefined],
  ["for=192.0.2.1;for=192.0.2.2", undefined],
  ["for=192.0.2.1;FOR=192.0.2.2", undefined],
  ["for=192.0.2.1 for=192.0.2.2", undefined],
  ['", for=192.0.2.1', undefined],
  ['for="192.0.2.1', undefined],
  ['for="a, for=192.0.2.1', undefined],
  ["for=192.0.2.1\r\n, for=x", undefined],
  ['for="\u0100"', undefined],
];

for (const [value, expected] of standards) {
  test(`Forwarded ${JSON.stringify(value)} is ${JSON.stringify(expected) ?? "refused"}`, () => {
    const [remoteAddress, host, proto] = expected ?? [];
    assert.deepEqual(
      read("127.0.0.1", { forwarded: value }, trusted),
      expected && { remoteAddress, host, proto },
    );
  });
}

test("of X-Forwarded-Host and -Proto the last entry counts, which is the peer's", () => {
  const headers = {
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-host": "evil.example, a.example:8443",
    "x-forwarded-proto": "https, HTTP",
  };
  assert.deepEqual(read("127.0.0.1", headers, trusted), {
    remoteAddress: "192.0.2.1",
    host: "a.example:8443",
    proto: "http",
  });
});

test("a host or scheme that is none is left out", () => {
  for (const host of ["", "a b", "a/b", "http://a", "a,"]) {
    const headers = { "x-forwarded-host": host, "x-forwarded-proto": "gopher" };
    const own = { remoteAddress: "127.0.0.1", host: undefined, proto: undefined };
    assert.deepEqual(read("127.0.0.1", headers, trusted), own);
  }
});

test("headers that contradict each other are refused", () => {
  const changes: readonly Headers[] = [
    { "x-forwarded-for": "192.0.2.2" },
    { "x-forwarded-host": "b.example" },
    { "x-forwarded-proto": "http" },
  ];
  for (const change of changes) {
    assert.equal(read("127.0.0.1", { ...everything, ...change }, trusted), undefined);
  }
  const sameButCase = { ...everything, "x-forwarded-host": "A.example" };
  assert.ok(read("127.0.0.1", sameButCase, trusted));
});

test("the two families complete each other", () => {
  const headers = { forwarded: "for=192.0.2.1", "x-forwarded-proto": "https" };
  assert.deepEqual(read("127.0.0.1", headers, trusted), {
    remoteAddress: "192.0.2.1",
    host: undefined,
    proto: "https",
  });
});

test("nothing that a client puts before what the proxies add changes where it comes from", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.boolean(), (invented, isChain) => {
      const added = isChain ? "192.0.2.1, 10.0.0.1" : "192.0.2.1";
      const headers = { "x-forwarded-for": `${invented},${added}` };
      assert.equal(read("127.0.0.1", headers, trusted)?.remoteAddress, "192.0.2.1");
      const elements = isChain ? "for=192.0.2.1, for=10.0.0.1" : "for=192.0.2.1";
      const result = read("127.0.0.1", { forwarded: `${invented},${elements}` }, trusted);
      if (result !== undefined) assert.equal(result.remoteAddress, "192.0.2.1");
    }),
  );
});

const mistakes: ReadonlyArray<readonly [trustProxy: unknown, message: RegExp]> = [
  [true, /"trustProxy" is true; name the proxies/],
  [1, /"trustProxy" is 1; name the proxies/],
  ["", /has "", which is neither/],
  ["Loopback", /which is neither/],
  ["localhost", /has "localhost", which is neither/],
  ["10.0.0.0/33", /which is neither/],
  ["10.0.0.0/", /which is neither/],
  ["10.0.0.0/-1", /which is neither/],
  ["10.0.0.0/8.5", /which is neither/],
  ["10.0.0.0/08", /which is neither/],
  ["10.0.0.0/255.0.0.0", /which is neither/],
  ["10.0.0/8", /which is neither/],
  ["::/129", /which is neither/],
  ["fe80::1%eth0", /which is neither/],
  ["::ffff:10.0.0.0/104", /which is neither/],
  [["loopback", 7], /has 7, which is neither/],
  [[undefined], /has undefined, which is neither/],
];

for (const [trustProxy, message] of mistakes) {
  test(`trustProxy: ${JSON.stringify(trustProxy)} is told what is wrong`, () => {
    // What somebody without types may pass.
    assert.throws(() => compileTrust(trustProxy as string), { name: "TypeError", message });
  });
}
