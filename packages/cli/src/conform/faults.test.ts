/** Each group sees a server with a fault of its kind, and has nothing to say of the same server without it. */
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { type Server, serve } from "trunkline/server";
import type { Case, Verdict } from "./case.ts";
import { makeGroups } from "./cases/index.ts";
import {
  type Fault,
  type MakeFault,
  startFaulty,
  withCompression,
} from "./faulty-proxy.test.util.ts";
import { CLOSE, CONTINUATION, type FrameParts, PONG, type ScannedFrame, TEXT } from "./frame.ts";
import { runCases } from "./runner.ts";
import { selectCases } from "./selection.ts";
import { ServerUnderTest } from "./server-under-test.ts";

const LIMIT = 2 ** 20;
const CASES: readonly Case[] = makeGroups().flatMap(({ cases }) => cases);

const NAMES: Readonly<Record<Verdict, string>> = {
  pass: "right",
  tolerated: "tolerated",
  informational: "passed over",
  fail: "caught",
};

type Row = readonly [
  what: string,
  ids: readonly string[],
  verdict: Verdict,
  fault: Fault | MakeFault,
];

const bom = Buffer.from("\ufeff");

const FAULTS: readonly Row[] = [
  [
    "takes lengths that are not minimal",
    ["framing/text-1-in-16-bits", "framing/binary-65535-in-64-bits"],
    "fail",
    {},
  ],
  ["takes frames without a mask", ["reserved/unmasked-text"], "fail", {}],
  [
    "cuts long payloads",
    ["framing/binary-65536-whole"],
    "fail",
    requests((frame) => ({ ...frame, payload: frame.payload.subarray(0, 65_535) })),
  ],
  [
    "answers pings without their payload",
    ["pings/ping-125-whole", "pings/inside-message-2"],
    "fail",
    answers((frame) => (frame.opcode === PONG ? { ...frame, payload: Buffer.alloc(0) } : frame)),
  ],
  [
    "answers no pings",
    ["pings/row-of-10-whole", "fragmentation/ping-between-each-whole"],
    "fail",
    answers((frame) => (frame.opcode === PONG ? undefined : frame)),
  ],
  [
    "passes over all pings but the last",
    ["pings/row-of-10-whole"],
    "pass",
    answers((frame) =>
      frame.opcode === PONG && !frame.payload.includes("ping 9") ? undefined : frame,
    ),
  ],
  [
    "ignores reserved bits",
    ["reserved/rsv-100-text", "reserved/rsv-001-ping", "reserved/rsv-100-continuation"],
    "fail",
    requests((frame) => ({ ...frame, rsv: 0 })),
  ],
  [
    "takes reserved opcodes for texts",
    ["reserved/opcode-3-payload"],
    "fail",
    requests((frame) => (frame.opcode === 3 ? { ...frame, opcode: TEXT } : frame)),
  ],
  [
    "takes a continuation of nothing for a text",
    ["fragmentation/continuation-first-final-5"],
    "fail",
    requests((frame) => (frame.opcode === CONTINUATION ? { ...frame, opcode: TEXT } : frame)),
  ],
  [
    "forgets empty fragments",
    ["fragmentation/text-empty-last"],
    "fail",
    requests((frame) =>
      frame.opcode === CONTINUATION && frame.payload.length === 0 ? undefined : frame,
    ),
  ],
  [
    "strips a leading U+FEFF",
    ["utf8/valid-bom-whole", "utf8/valid-bom-alone-bytes"],
    "fail",
    answers((frame) =>
      frame.opcode === TEXT && frame.payload.indexOf(bom) === 0
        ? { ...frame, payload: frame.payload.subarray(3) }
        : frame,
    ),
  ],
  [
    "replaces what is not UTF-8",
    ["utf8/invalid-ff", "utf8/invalid-surrogate-d800", "utf8/truncated-e282"],
    "fail",
    requests((frame) => ({
      ...frame,
      payload: frame.opcode === TEXT ? Buffer.from(frame.payload.toString()) : frame.payload,
    })),
  ],
  [
    "passes over a reason that is not UTF-8",
    ["utf8/reason-lone-80"],
    "fail",
    requests((frame) =>
      frame.opcode === CLOSE ? { ...frame, payload: frame.payload.subarray(0, 2) } : frame,
    ),
  ],
  [
    "looks at UTF-8 once the frame is whole",
    ["utf8/early-ff-frame", "utf8/early-overlong-3-nul-frame"],
    "tolerated",
    {},
  ],
  [
    "takes every code in a Close",
    ["close/illegal-1005", "close/illegal-999", "close/illegal-2999-reason"],
    "fail",
    requests((frame) =>
      frame.opcode === CLOSE ? { ...frame, payload: Buffer.from([0x03, 0xe8]) } : frame,
    ),
  ],
  [
    "answers a Close with another code",
    ["close/code-3000"],
    "tolerated",
    answers((frame) =>
      frame.opcode === CLOSE ? { ...frame, payload: Buffer.from([0x03, 0xe9]) } : frame,
    ),
  ],
  [
    "answers no Close",
    ["close/code-1000", "close/after-text"],
    "fail",
    answers((frame) => (frame.opcode === CLOSE ? undefined : frame)),
  ],
  [
    "fails without a Close",
    ["reserved/opcode-3-empty", "utf8/invalid-ff"],
    "tolerated",
    answers((frame) => (frame.opcode === CLOSE ? undefined : frame)),
  ],
  [
    "masks what it sends",
    ["framing/text-1-whole"],
    "fail",
    answers((frame) => ({ ...frame, mask: Buffer.from([1, 2, 3, 4]) })),
  ],
  [
    "cuts messages at its limit",
    ["limits/over-limit-text-header", "limits/over-limit-binary-last-byte"],
    "fail",
    requests((frame) => ({
      ...frame,
      payload: frame.payload.subarray(0, frame.opcode === CONTINUATION ? 0 : LIMIT),
    })),
  ],
  [
    "refuses with another code than 1009",
    ["limits/over-limit-text-fragments"],
    "tolerated",
    answers((frame) =>
      frame.opcode === CLOSE ? { ...frame, payload: Buffer.from([0x03, 0xf0]) } : frame,
    ),
  ],
  [
    "loses a byte of a large message",
    ["throughput/binary-256-kib"],
    "fail",
    answers((frame) => ({
      ...frame,
      payload: frame.payload.subarray(frame.payload.length > 100_000 ? 1 : 0),
    })),
  ],
  [
    "takes any key",
    ["handshake/key-empty", "handshake/key-15-bytes"],
    "fail",
    {
      requestHead: (text) => text.replace(/(?<=Sec-WebSocket-Key: ).*/, "dGhlIHNhbXBsZSBub25jZQ=="),
    },
  ],
  [
    "answers another key",
    ["handshake/good", "framing/text-0-whole"],
    "fail",
    { answerHead: (text) => text.replace(/(?<=Accept: )./, "x") },
  ],
  [
    "chooses a subprotocol by itself",
    ["handshake/protocol-none"],
    "fail",
    { answerHead: (text) => text.replace(/\r\n$/, "Sec-WebSocket-Protocol: chat\r\n\r\n") },
  ],
  [
    "opens to a POST",
    ["handshake/method-post"],
    "fail",
    { requestHead: (text) => text.replace(/^POST/, "GET") },
  ],
  ["dies of a reset", ["endurance/reset-payload"], "fail", { diesOfResets: true }],
  [
    "answers with a parameter that was not offered",
    ["negotiation/offer-plain"],
    "fail",
    {
      answerHead: (text) =>
        text.replace(
          /\r\n$/,
          "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n\r\n",
        ),
    },
  ],
  [
    "takes every offer",
    ["negotiation/illegal-unknown", "negotiation/illegal-server-bits-is-16"],
    "fail",
    withCompression(),
  ],
  [
    "keeps its context where it must not",
    ["compression/server-no-takeover-text-1024", "compression/no-takeover-binary-8192"],
    "fail",
    withCompression((terms) => ({ ...terms, serverNoContextTakeover: false })),
  ],
  [
    "forgets the client's context where it must not",
    ["compression/plain-text-1024", "deflate/shared-window"],
    "fail",
    withCompression((terms) => ({ ...terms, clientNoContextTakeover: true })),
  ],
  [
    "compresses with a larger window than agreed",
    ["compression/server-bits-9-text-8192", "compression/server-bits-12-binary-131072-fragments"],
    "fail",
    withCompression((terms) => ({ ...terms, serverMaxWindowBits: 15 })),
  ],
  [
    "inflates with a smaller window than agreed",
    ["compression/client-bits-12-binary-8192"],
    "fail",
    withCompression((terms) => ({ ...terms, clientMaxWindowBits: 9 })),
  ],
  [
    "takes RSV1 on a continuation",
    ["deflate/rsv1-continuation", "deflate/rsv1-last-of-three"],
    "fail",
    withCompression(),
  ],
];

function parts({ opcode, payload, fin, rsv }: ScannedFrame): FrameParts & ScannedFrame {
  return { opcode, payload, fin, rsv } as FrameParts & ScannedFrame; // the rest is for the sender to choose
}

function requests(change: (frame: ReturnType<typeof parts>) => FrameParts | undefined): Fault {
  return { request: (frame) => change(parts(frame)) };
}

function answers(change: (frame: ReturnType<typeof parts>) => FrameParts | undefined): Fault {
  return { answer: (frame) => change(parts(frame)) };
}

describe("a server", () => {
  let server: Server;
  before(async () => {
    const echo = {
      origins: "any",
      message: (socket: { send(data: string | Uint8Array): boolean }, data: string | Uint8Array) =>
        void socket.send(data),
    } as const;
    server = await serve({ port: 0, routes: { "/echo": echo }, logger: {}, maxMessageSize: LIMIT });
  });
  after(() => server.close({ timeout: 0 }));

  async function verdicts(port: number, ids: readonly string[]): Promise<Record<string, string>> {
    const tested = new ServerUnderTest({
      url: new URL(`ws://127.0.0.1:${port}/echo`),
      wait: 1000,
      maxMessageSize: LIMIT,
    });
    const { cases, unknown } = selectCases(CASES, { only: ids });
    assert.deepEqual(unknown, [], "the cases exist");
    const results = await runCases(cases, { play: (one) => tested.play(one), atOnce: 4 });
    return Object.fromEntries(
      results.map(({ case: { id }, verdict, came }) => [id, `${verdict}: ${came}`]),
    );
  }

  async function check(
    t: TestContext,
    fault: Fault | MakeFault,
    ids: readonly string[],
    verdict: Verdict,
  ): Promise<void> {
    const found = await verdicts(
      await startFaulty(t, server.port, typeof fault === "function" ? fault : () => fault),
      ids,
    );
    for (const id of ids) assert.match(found[id] ?? "", new RegExp(`^${verdict}:`), id);
  }

  for (const [what, ids, verdict, fault] of FAULTS) {
    it(`that ${what} is ${NAMES[verdict]}`, (t) => check(t, fault, ids, verdict));
  }

  it("without a fault passes each of those cases", async () => {
    const plain = FAULTS.flatMap(([, ids]) => ids).filter(
      (id) => !/^(compression|deflate|negotiation)/.test(id),
    );
    const found = await verdicts(server.port, plain);
    assert.deepEqual(
      Object.entries(found).filter(([, text]) => !text.startsWith("pass")),
      [],
    );
  });

  it("to which compression is added rightly passes each case of compressed messages", async (t) => {
    const port = await startFaulty(t, server.port, withCompression());
    const found = await verdicts(port, ["compression/*-1024*", "compression/*-8192*"]);
    assert.deepEqual(
      Object.entries(found).filter(([, text]) => !text.startsWith("pass")),
      [],
    );
  });
});
