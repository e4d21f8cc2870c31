import assert from "node:assert/strict";
import { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { makeRequest } from "./memory-stream.test.util.ts";
import { answerPlainly, asksForWebSocket } from "./plain-http.ts";

describe("an upgrade is ours to answer", () => {
  const cases: readonly (readonly [string, readonly (readonly [string, string])[], boolean])[] = [
    ["when it names websocket", [["Upgrade", "websocket"]], true],
    ["when it names it in capitals, or among others", [["Upgrade", "h2c, WebSocket"]], true],
    ["when it names it wrongly, which has its reason", [["Upgrade", "websocket/13"]], true],
    [
      "when it has a body, which nobody else could read",
      [
        ["Upgrade", "h2c"],
        ["Content-Length", "5"],
      ],
      true,
    ],
    [
      "not when it names another protocol",
      [
        ["Upgrade", "h2c"],
        ["HTTP2-Settings", "x"],
      ],
      false,
    ],
    ["not when its headers were cut off", [], false],
  ];
  for (const [what, fields, expected] of cases) {
    it(what, () => {
      assert.equal(asksForWebSocket(makeRequest("/", fields)), expected);
    });
  }
});

describe("the library's own answer", () => {
  const answer = (lives: boolean, shouldKeepAlive: boolean): readonly unknown[] => {
    const response = new ServerResponse(makeRequest("/", []));
    response.shouldKeepAlive = shouldKeepAlive;
    answerPlainly(response, lives);
    return [response.statusCode, response.getHeader("Upgrade"), response.getHeader("Connection")];
  };

  it("is 404 where nothing lives", () => {
    assert.deepEqual(answer(false, true), [404, undefined, undefined]);
  });

  it("is 426 with Upgrade where a socket does, and closes where the client wants that", () => {
    assert.deepEqual(answer(true, true), [426, "websocket", "Upgrade"]);
    assert.deepEqual(answer(true, false), [426, "websocket", "close, Upgrade"]);
  });
});
