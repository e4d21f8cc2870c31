/**
 * What a codec keeps, whichever engine it runs on, as one suite. Payloads of the RFC and zlib's
 * documented calls judge it from outside.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import fc from "fast-check";
import { createDeflateCodec } from "../connection/deflate/codec.ts";
import type { Engine } from "../connection/deflate/engine.ts";
import { referenceEngine } from "../connection/deflate/reference-engine.ts";
import type { DeflateSettings } from "../connection/deflate/settings.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import type { DeflateParameters } from "../protocol/permessage-deflate.ts";
import { fromHex, join, noise, pattern, toBytes } from "./frames.test.util.ts";
import { inflatePlainly } from "./plain-inflate.test.util.ts";

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
const modes = [
  ["with", takeover],
  ["without", alone],
] as const;
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
    for (const [mode, parameters] of modes) {
      test(`brings messages of all kinds across, ${mode} context takeover`, () => {
        const server = open("server", parameters);
        const client = open("client", parameters);
        let compressed = 0;
        const kinds = [hello, json, noise(3000), json, pattern(5000, 3), new Uint8Array(200_000)];
        // Of the sizes about which blocks end, with few and with many bytes for each.
        const sizes = [1, 2, 255, 16_384, 65_535, 65_536, 131_071, 131_072, 131_073, 262_144];
        const sized = sizes.flatMap((size) => [pattern(size, size), halfNoise(size)]);
        for (const payload of [...kinds, ...sized, ...kinds]) {
          const deflated = deflate(server, payload);
          if (deflated === undefined) continue;
          compressed++;
          assert.ok(deflated.length < payload.length);
          assert.deepEqual(bytesOf(client.inflate(deflated, LIMIT)), payload);
        }
        assert.ok(compressed > 20, "most of them become smaller");
      });
    }

    test("inflates the examples of RFC 7692, section 7.2.3", () => {
      const examples: readonly [string, string][] = [
        ["one block", "f248cdc9c90700"],
        ["an uncompressed block", "000500faff48656c6c6f00"],
        ["a final block", "f348cdc9c9070000"],
        ["two blocks", "f24805000000ffffcac9c90700"],
      ];
      for (const [kind, hex] of examples) {
        for (const parameters of [takeover, alone]) {
          const codec = open("client", parameters);
          for (let round = 0; round < 2; round++) {
            assert.deepEqual(bytesOf(codec.inflate(fromHex(hex), LIMIT)), hello, kind);
          }
        }
      }
    });

    test("inflates an empty message, and a message that refers to the one before", () => {
      const codec = open("client");
      assert.equal(bytesOf(codec.inflate(Uint8Array.of(0), LIMIT)).length, 0);
      assert.equal(bytesOf(codec.inflate(new Uint8Array(0), LIMIT)).length, 0);
      const first = fromHex("f248cdc9c90700");
      const second = fromHex("f200110000");
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

    test("compresses by the strategy that is chosen", () => {
      const sizes = [undefined, constants.Z_HUFFMAN_ONLY].map((strategy) => {
        const codec = open("server", alone, { ...everything, strategy });
        const deflated = deflate(codec, json);
        assert.ok(deflated !== undefined);
        assert.deepEqual(bytesOf(open("client", alone).inflate(deflated, LIMIT)), json);
        return deflated.length;
      });
      assert.ok((sizes[0] ?? 0) * 2 < (sizes[1] ?? 0), `${sizes}`);
    });

    test("throws what zlib says about a choice that is none", () => {
      for (const wrong of [{ level: 10 }, { memoryLevel: 0 }, { strategy: 9 }]) {
        const codec = open("server", alone, { ...everything, ...wrong });
        assert.throws(() => codec.deflate(json), { code: "ERR_OUT_OF_RANGE" });
      }
    });

    for (const [mode, parameters] of modes) {
      test(`begins with what was preset, ${mode} context takeover`, () => {
        const presets = { sent: json, received: json };
        const server = open("server", parameters, { ...everything, presets });
        const client = open("client", parameters, { ...everything, presets });
        for (let round = 0; round < 3; round++) {
          const deflated = deflate(server, json);
          assert.ok(deflated !== undefined && deflated.length < 50, `${deflated?.length}`);
          if (round === 0) {
            const dictionary = { dictionary: json, finishFlush: constants.Z_SYNC_FLUSH };
            const plainly = inflateRawSync(join(deflated, TAIL), dictionary);
            assert.deepEqual(new Uint8Array(plainly), json);
            assert.equal(open("client", parameters).inflate(deflated, LIMIT), "corrupt");
          }
          assert.deepEqual(bytesOf(client.inflate(deflated, LIMIT)), json);
          const fragments = [
            server.deflateFragment(json, false),
            server.deflateFragment(json, true),
          ];
          const whole = client.inflate(join(...fragments), LIMIT);
          assert.deepEqual(bytesOf(whole), join(json, json));
        }
      });
    }

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
        const bomb = syncFlushed(new Uint8Array(LIMIT * 20));
        assert.equal(open("server", parameters).inflate(bomb, LIMIT), "tooBig");
        assert.equal(open("server", parameters).inflate(bomb, 0), "tooBig");
        assert.equal(
          bytesOf(open("server", parameters).inflate(bomb, LIMIT * 20)).length,
          LIMIT * 20,
        );
      });

      test(`takes a message of exactly the limit, ${mode} context takeover`, () => {
        for (const size of [0, 1, 1000, 131_071, 131_072, 131_073, 262_144]) {
          const deflated = size === 0 ? Uint8Array.of(0) : syncFlushed(new Uint8Array(size));
          assert.equal(bytesOf(open("server", parameters).inflate(deflated, size)).length, size);
          if (size === 0) continue;
          assert.equal(open("server", parameters).inflate(deflated, size - 1), "tooBig");
        }
      });

      test(`calls corrupt what is not deflate data, ${mode} context takeover`, () => {
        const cases = [
          ["a block of the type that does not exist", "06"],
          ["all ones", "ffffff"],
          ["a stored block whose length is not confirmed", "000500faf048656c6c6f00"],
          ["a stored block that is cut", "000a00f5ff48"],
          ["a stored block that the octets removed would complete", "000500faff48"],
          ["a distance to before the beginning", "4204040000"],
          ["behind a final block no block", "f348cdc9c90700ff"],
        ];
        for (const [kind, hex] of cases) {
          assert.equal(open("server", parameters).inflate(fromHex(hex), LIMIT), "corrupt", kind);
          const next = open("client", parameters).inflate(fromHex("f248cdc9c90700"), LIMIT);
          assert.deepEqual(bytesOf(next), hello, `the next connection after ${kind}`);
        }
      });

      test(`calls corrupt a message that is cut anywhere, ${mode} context takeover`, () => {
        for (const level of [1, 6]) {
          const whole = syncFlushed(json, { level });
          for (let size = 1; size < whole.length; size++) {
            const cut = open("server", parameters).inflate(whole.subarray(0, size), LIMIT);
            assert.equal(cut, "corrupt", `${size} of ${whole.length} bytes`);
          }
          assert.deepEqual(bytesOf(open("server", parameters).inflate(whole, LIMIT)), json);
        }
      });

      test(`goes on behind final blocks, ${mode} context takeover`, () => {
        const final = new Uint8Array(deflateRawSync(json));
        const referring = syncFlushed(json, { dictionary: json });
        assert.ok(referring.length < final.length / 2);
        const codec = open("server", parameters);
        const inflate = (bytes: Uint8Array): Uint8Array => bytesOf(codec.inflate(bytes, LIMIT));
        assert.deepEqual(inflate(join(final, Uint8Array.of(0))), json);
        assert.deepEqual(inflate(final), json, "without the octet that ends it");
        assert.deepEqual(inflate(join(final, final, Uint8Array.of(0))), join(json, json));
        assert.deepEqual(inflate(join(final, referring)), join(json, json), "in one message");
        const many = new Uint8Array(deflateRawSync(new Uint8Array(300_000)));
        assert.equal(inflate(join(many, many, Uint8Array.of(0))).length, 600_000);
      });

      test(`takes so many final blocks and no more, ${mode} context takeover`, () => {
        const blocks = (count: number): Uint8Array =>
          join(...new Array<Uint8Array>(count).fill(Uint8Array.of(3, 0)), Uint8Array.of(0));
        assert.equal(bytesOf(open("server", parameters).inflate(blocks(1000), LIMIT)).length, 0);
        assert.equal(open("server", parameters).inflate(blocks(2000), LIMIT), "corrupt");
      });
    }

    test("refers to the message before the final block, with context takeover", () => {
      const codec = open("server");
      const referring = syncFlushed(json, { dictionary: json });
      assert.equal(open("server").inflate(referring, LIMIT), "corrupt", "there is nothing before");
      bytesOf(codec.inflate(join(new Uint8Array(deflateRawSync(json)), Uint8Array.of(0)), LIMIT));
      assert.deepEqual(bytesOf(codec.inflate(referring, LIMIT)), json);
      const farther = syncFlushed(json, { dictionary: join(json, hello) });
      const final = new Uint8Array(deflateRawSync(hello));
      assert.deepEqual(bytesOf(codec.inflate(join(final, farther), LIMIT)), join(hello, json));
    });

    test("gives what is as long as it may be, and nothing longer", () => {
      for (const payload of [hello, json, halfNoise(20_000)]) {
        const choice = { windowBits: 15, level: 6, memoryLevel: 8, strategy: 0 };
        const size = engine.deflate(payload, undefined, choice, payload.length + 100)?.length ?? 0;
        assert.ok(size > 0);
        assert.equal(engine.deflate(payload, undefined, choice, size)?.length, size);
        assert.equal(engine.deflate(payload, undefined, choice, size - 1), undefined);
      }
    });

    test("goes on after what was too big or corrupt as if it had not come", () => {
      const [server, client] = [open("server"), open("client")];
      const messages = [json, pattern(3000, 1), json].map((payload) => deflate(server, payload));
      for (const deflated of messages) {
        assert.ok(deflated !== undefined);
        assert.equal(client.inflate(fromHex("ffffff"), LIMIT), "corrupt");
        assert.equal(client.inflate(deflated, 10), "tooBig");
        assert.equal(client.inflate(deflated.subarray(0, -1), LIMIT), "corrupt");
        bytesOf(client.inflate(deflated, LIMIT));
      }
    });

    for (let bits = 8; bits <= 15; bits++) {
      test(`refers back no farther than a window of ${bits} bits`, () => {
        // Alike over half a window, and over shorter distances inside of the JSON.
        const message = join(json, noise(2 ** bits / 2), json);
        const server = open("server", { ...takeover, serverMaxWindowBits: bits });
        let before: Uint8Array = new Uint8Array(0);
        let farthest = 0;
        for (let round = 0; round < 3; round++) {
          const deflated = deflate(server, message);
          assert.ok(deflated !== undefined);
          const plainly = inflatePlainly(join(deflated, TAIL), before);
          assert.deepEqual(plainly.bytes, message);
          farthest = Math.max(farthest, plainly.farthest);
          before = join(before, message);
        }
        assert.ok(farthest <= 2 ** bits, `${farthest} bytes`);
        assert.ok(farthest > 2 ** bits / 4, `the window is used: ${farthest} bytes`);
      });

      test(`inflates what a peer with a window of ${bits} bits sends, with context takeover`, () => {
        const parameters = { ...takeover, clientMaxWindowBits: bits };
        const [client, server] = [open("client", parameters), open("server", parameters)];
        for (const payload of [json, halfNoise(3000), json, pattern(50_000, 2), json, json]) {
          const deflated = deflate(client, payload);
          assert.ok(deflated !== undefined);
          assert.deepEqual(bytesOf(server.inflate(deflated, LIMIT)), payload);
        }
      });
    }

    test("lends small results, and gives large ones away", () => {
      const server = open("server", alone);
      const large = server.deflate(halfNoise(100_000), true);
      assert.ok(large !== undefined && large.length > 16_384);
      const kept = large.slice();
      const small = server.deflate(json, true)?.slice();
      assert.ok(small !== undefined);
      assert.deepEqual(large, kept);
      for (const result of [server.inflate(small, LIMIT), server.inflate(kept, LIMIT)]) {
        assert.ok(typeof result !== "string");
        const { byteLength } = result.buffer;
        assert.ok(
          byteLength === result.length || byteLength > 65_536,
          "alone, or in the codec's block",
        );
      }
    });

    test("does not try what looks random, unless it is forced", () => {
      const repeated = join(noise(1000), noise(1000));
      const codec = open("server", alone);
      assert.equal(codec.deflate(repeated), undefined);
      assert.ok(codec.deflate(repeated, true) !== undefined);
    });

    test("says of any bytes what the reference says", () => {
      const sound = [json, halfNoise(2000), new Uint8Array(5000)].flatMap((payload) => [
        syncFlushed(payload),
        syncFlushed(payload, { level: 0 }),
        join(new Uint8Array(deflateRawSync(payload)), Uint8Array.of(0)),
      ]);
      const change = fc.record({
        base: fc.constantFrom(...sound),
        at: fc.nat(400),
        to: fc.nat(255),
        size: fc.nat(3000),
      });
      fc.assert(
        fc.property(change, fc.boolean(), ({ base, at, to, size }, taking) => {
          const bytes = base.slice(0, size);
          bytes[at % Math.max(1, bytes.length)] = to;
          const parameters = taking ? takeover : alone;
          const said = open("server", parameters).inflate(bytes, 4000);
          const expected = createDeflateCodec("server", parameters, everything, referenceEngine);
          assert.deepEqual(plain(said), plain(expected.inflate(bytes, 4000)));
        }),
        { numRuns: 300, seed: 7692 },
      );
    });
  });
}

/** What another compressor makes of a message (RFC 7692, section 7.2.1). */
function syncFlushed(payload: Uint8Array, options: ZlibOptions = {}): Uint8Array {
  const finishFlush = constants.Z_SYNC_FLUSH;
  return new Uint8Array(deflateRawSync(payload, { ...options, finishFlush }).subarray(0, -4));
}

function plain(result: Uint8Array | "tooBig" | "corrupt"): Uint8Array | string {
  return typeof result === "string" ? result : Uint8Array.from(result);
}

/** Becomes about half as large. */
function halfNoise(size: number): Uint8Array {
  return noise(size).map((byte) => byte & 15);
}

function deflate(codec: MessageCodec, payload: Uint8Array): Uint8Array | undefined {
  // Small results are lent.
  return codec.deflate(payload, true)?.slice();
}

function bytesOf(result: Uint8Array | "tooBig" | "corrupt"): Uint8Array {
  assert.ok(typeof result !== "string", `it says ${String(result)}`);
  return result.slice();
}
