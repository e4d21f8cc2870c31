/**
 * What a codec keeps, whichever engine it runs on, as one suite. Payloads of the RFC and zlib's
 * documented calls judge it from outside.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { createDeflateCodec } from "../connection/deflate/codec.ts";
import type { Engine } from "../connection/deflate/engine.ts";
import type { DeflateSettings } from "../connection/deflate/settings.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import type { DeflateParameters } from "../protocol/permessage-deflate.ts";
import { join, pattern, toBytes } from "./frames.test.util.ts";

const LIMIT = 1 << 20;
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const everything: DeflateSettings = { threshold: 0, level: 6, memoryLevel: 8 };
const takeover: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const alone = { ...takeover, serverNoContextTakeover: true, clientNoContextTakeover: true };
const hello = toBytes("Hello");
const json = toBytes(
  JSON.stringify(Array.from({ length: 40 }, (_, id) => ({ id, name: `n${id}` }))),
);

export function describeCodec(name: string, engine: Engine): void {
  const open = (
    role: "client" | "server",
    parameters: DeflateParameters = takeover,
    settings: DeflateSettings = everything,
  ): MessageCodec => createDeflateCodec(role, parameters, settings, engine);

  describe(name, () => {
    for (const [mode, parameters] of [
      ["with", takeover],
      ["without", alone],
    ] as const) {
      test(`brings messages of all kinds across, ${mode} context takeover`, () => {
        const server = open("server", parameters);
        const client = open("client", parameters);
        const kinds = [
          hello,
          json,
          json,
          pattern(5000, 3),
          new Uint8Array(200_000),
          pattern(70_000, 9),
        ];
        for (const payload of [...kinds, ...kinds]) {
          const deflated = deflate(server, payload);
          if (deflated === undefined) continue;
          assert.deepEqual(bytesOf(client.inflate(deflated, LIMIT)), payload);
        }
      });
    }

    test("inflates the examples of RFC 7692, section 7.2.3", () => {
      const examples: readonly [string, string][] = [
        ["one block", "f248cdc9c90700"],
        ["an uncompressed block", "000500faff48656c6c6f00"],
        ["a final block", "f348cdc9c9070000"],
        ["two blocks", "f248050000 00ffffcac9c90700".replaceAll(" ", "")],
      ];
      for (const [kind, hex] of examples) {
        for (const parameters of [takeover, alone]) {
          const codec = open("client", parameters);
          for (let round = 0; round < 2; round++) {
            const bytes = new Uint8Array(Buffer.from(hex, "hex"));
            assert.deepEqual(bytesOf(codec.inflate(bytes, LIMIT)), hello, kind);
          }
        }
      }
    });

    test("inflates an empty message, and a message that refers to the one before", () => {
      const codec = open("client");
      assert.equal(bytesOf(codec.inflate(Uint8Array.of(0), LIMIT)).length, 0);
      const first = new Uint8Array(Buffer.from("f248cdc9c90700", "hex"));
      const second = new Uint8Array(Buffer.from("f200110000", "hex"));
      assert.deepEqual(bytesOf(codec.inflate(first, LIMIT)), hello);
      assert.deepEqual(bytesOf(codec.inflate(second, LIMIT)), hello);
    });

    test("sends a shared message between messages of its own context", () => {
      const server = open("server");
      const client = open("client");
      for (let round = 0; round < 3; round++) {
        const own = deflate(server, json);
        assert.ok(own !== undefined);
        assert.deepEqual(bytesOf(client.inflate(own, LIMIT)), json);
        const shared = server.shared.deflate(pattern(3000, 5))?.slice();
        assert.ok(shared !== undefined);
        server.forgetSent();
        assert.deepEqual(bytesOf(client.inflate(shared, LIMIT)), pattern(3000, 5));
      }
    });

    for (const parameters of [takeover, alone]) {
      const mode = parameters === alone ? "without" : "with";
      test(`makes one message of fragments, ${mode} context takeover`, () => {
        const server = open("server", parameters);
        const client = open("client", parameters);
        const pieces = [json, new Uint8Array(0), hello, noise(3000), new Uint8Array(0)];
        for (const lastIsEmpty of [true, false, true]) {
          const sent = lastIsEmpty ? pieces : pieces.slice(0, -1);
          const fragments = sent.map((piece, index) =>
            server.deflateFragment(piece, index === sent.length - 1).slice(),
          );
          assert.deepEqual(bytesOf(client.inflate(join(...fragments), LIMIT)), join(...sent));
          const whole = deflate(server, json);
          assert.ok(whole !== undefined);
          assert.deepEqual(bytesOf(client.inflate(whole, LIMIT)), json);
        }
      });
    }

    test("compresses one message once for connections that agreed on the same", () => {
      const [one, other] = [open("server"), open("server", alone)];
      assert.equal(one.shared, other.shared);
      assert.notEqual(one.shared, open("server", { ...takeover, serverMaxWindowBits: 9 }).shared);
      assert.notEqual(one.shared, open("server", takeover, { ...everything, level: 1 }).shared);
    });

    test("makes what plain zlib inflates, and inflates what plain zlib makes", () => {
      const bytes = deflate(open("server", alone), json);
      assert.ok(bytes !== undefined);
      const finishFlush = constants.Z_SYNC_FLUSH;
      assert.deepEqual(new Uint8Array(inflateRawSync(join(bytes, TAIL), { finishFlush })), json);
      const made = deflateRawSync(json, { finishFlush }).subarray(0, -4);
      assert.deepEqual(bytesOf(open("server", alone).inflate(made, LIMIT)), json);
    });

    test("declines what is under the threshold, empty, or not smaller", () => {
      const codec = open("server", alone, { ...everything, threshold: 100 });
      assert.equal(codec.threshold, 100);
      assert.equal(codec.deflate(json.subarray(0, 99)), undefined);
      assert.ok(codec.deflate(json.subarray(0, 99), true) !== undefined, "unless it is forced");
      assert.equal(codec.deflate(noise(1000), true), undefined);
      assert.ok(codec.deflate(json) !== undefined);
      assert.equal(open("server").deflate(new Uint8Array(0)), undefined);
    });

    for (const parameters of [takeover, alone]) {
      const mode = parameters === alone ? "without" : "with";
      test(`stops at the limit, ${mode} context takeover`, () => {
        const bomb = deflateRawSync(new Uint8Array(LIMIT * 20), {
          finishFlush: constants.Z_SYNC_FLUSH,
        }).subarray(0, -4);
        assert.equal(open("server", parameters).inflate(bomb, LIMIT), "tooBig");
        assert.equal(open("server", parameters).inflate(bomb, 0), "tooBig");
        assert.equal(
          bytesOf(open("server", parameters).inflate(bomb, LIMIT * 20)).length,
          LIMIT * 20,
        );
      });

      test(`calls corrupt what is not deflate data, ${mode} context takeover`, () => {
        const cases = ["ffffff", "000a00f5ff48", "f248", "07", "0600", "f348cdc9c90700ff"];
        for (const hex of cases) {
          const bytes = new Uint8Array(Buffer.from(hex, "hex"));
          const fresh = open("server", parameters);
          const first = fresh.inflate(bytes, LIMIT);
          // A cut message may be seen only when the next one comes.
          const seen = first === "corrupt" ? first : fresh.inflate(bytes, LIMIT);
          assert.equal(seen, "corrupt", hex);
          const next = new Uint8Array(Buffer.from("f248cdc9c90700", "hex"));
          assert.deepEqual(bytesOf(open("server", parameters).inflate(next, LIMIT)), hello);
        }
      });
    }
  });
}

function deflate(codec: MessageCodec, payload: Uint8Array): Uint8Array | undefined {
  // Small results are lent.
  return codec.deflate(payload)?.slice();
}

function bytesOf(result: Uint8Array | "tooBig" | "corrupt"): Uint8Array {
  assert.ok(typeof result !== "string", `it says ${String(result)}`);
  return result.slice();
}

/** Bytes that do not compress, the same in each run. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
