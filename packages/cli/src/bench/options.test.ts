import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError } from "../command-error.ts";
import { type BenchSettings, parseBenchOptions } from "./options.ts";

function parse(...args: readonly string[]): BenchSettings {
  const settings = parseBenchOptions(args);
  assert.ok(!("help" in settings));
  return settings;
}

describe("the options of bench", () => {
  it("need an address only", () => {
    const { url, message, ...rest } = parse(":9998/echo");
    assert.equal(url.href, "ws://localhost:9998/echo");
    assert.equal(message.length, 64);
    assert.deepEqual(rest, {
      headers: [],
      protocols: [],
      compression: true,
      timeout: 10_000,
      insecure: false,
      ca: undefined,
      connections: 100,
      inFlight: 1,
      rate: undefined,
      duration: 10_000,
      warmUp: 1000,
      pids: undefined,
      json: false,
    });
  });

  it("take how much, how long and of what", () => {
    const load = parse("9998", "-c", "5", "-f", "16", "-n", "1000", "-d", "0.5", "--warm-up", "0");
    assert.deepEqual(
      [load.connections, load.inFlight, load.message.length, load.duration, load.warmUp],
      [5, 16, 1000, 500, 0],
    );
    assert.equal(parse("9998", "-r", "20000").rate, 20_000);
    assert.deepEqual(parse("9998", "--pid", "7", "--pid", "8", "--json").pids, [7, 8]);
  });

  it("send a text that is given, as text or as bytes", () => {
    assert.equal(parse("9998", "-m", "hé").message, "hé");
    const bytes = parse("9998", "-m", "hé", "--binary").message;
    assert.deepEqual(bytes, new Uint8Array([0x68, 0xc3, 0xa9]));
  });

  it("show their help", () => {
    const settings = parseBenchOptions(["--help"]);
    assert.match("help" in settings ? settings.help : "", /Exit codes: 0 measured/);
  });

  const faults: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /^"trunkline bench" needs its <url> behind it: ws:\/\//],
    [["ftp://x"], /^<url> cannot be "ftp:\/\/x": its scheme must be ws or wss, not ftp\.$/],
    [["1", "-c", "0"], /^-c, --connections cannot be "0": it must be a whole number, 1 or more\.$/],
    [["1", "-r", "1e9"], /^-r, --rate cannot be "1e9": .* from 1 to 10000000\.$/],
    [["1", "-n", "500000001"], /^-n, --size cannot be .* from 1 to 500000000\.$/],
    [["1", "-d", "0"], /^-d, --duration cannot be "0": it must be more than 0 seconds\.$/],
    [["1", "-f", "2", "-r", "1"], /^--rate and --in-flight exclude each other: /],
    [["1", "-n", "2", "-m", "x"], /^--message and --size exclude each other: /],
    [
      ["1", "--conections", "2"],
      /^there is no option "--conections"\. Did you mean --connections\?/,
    ],
  ];
  for (const [args, says] of faults) {
    it(`refuse ${args.join(" ") || "nothing"} in a sentence`, () => {
      assert.throws(
        () => parseBenchOptions(args),
        (error) =>
          error instanceof CommandError && error.exitCode === 2 && says.test(error.message),
      );
    });
  }
});
