import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAddress, checkProtocols, echoAddress } from "../src/console/address.ts";

const base = "http://localhost:9998/_trunkline/";

test("the address offered first is the echo of the server that showed the page", () => {
  assert.equal(
    echoAddress({ protocol: "http:", host: "localhost:9998" }),
    "ws://localhost:9998/echo",
  );
  assert.equal(echoAddress({ protocol: "https:", host: "a.example" }), "wss://a.example/echo");
});

test("an address is read as the browser's constructor reads it", () => {
  const cases = [
    ["ws://localhost:1/a?b=c", "ws://localhost:1/a?b=c"],
    ["http://localhost:1/", "ws://localhost:1/"],
    ["https://a.example/x", "wss://a.example/x"],
    ["/echo", "ws://localhost:9998/echo"],
    ["  ws://localhost:1/  ", "ws://localhost:1/"],
  ] as const;
  for (const [typed, value] of cases) {
    assert.deepEqual(checkAddress(typed, base), { ok: true, value });
  }
});

test("no address, another scheme and a fragment are refused", () => {
  for (const typed of ["", "localhost:9998/echo", "ftp://a/", "ws://a/#", "ws://a/#b", "ws://["]) {
    assert.equal(checkAddress(typed, base).ok, false, typed);
  }
});

test("subprotocols are tokens, separated by commas or spaces, each once", () => {
  assert.deepEqual(checkProtocols(" chat, superchat  v2"), {
    ok: true,
    value: ["chat", "superchat", "v2"],
  });
  assert.deepEqual(checkProtocols(""), { ok: true, value: [] });
  for (const typed of ["a/b", "chat, chat", "é", "a;b"]) {
    assert.equal(checkProtocols(typed).ok, false, typed);
  }
});
