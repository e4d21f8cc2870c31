import assert from "node:assert/strict";
import { test } from "node:test";
import { formatExtensions, parseExtensions } from "./headers.ts";
import {
  acceptDeflate,
  checkDeflateAnswer,
  type DeflateParameters,
  deflateOffer,
} from "./permessage-deflate.ts";

const widest: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

/** The server's answer to a header's value, as text, or undefined. */
function answerTo(header: string, wishes: Partial<DeflateParameters> = {}): string | undefined {
  const accepted = acceptDeflate(parsed(header), { ...widest, ...wishes });
  return accepted && formatExtensions([accepted.answer]);
}

/** What an answer's text agrees on. */
function check(
  header: string,
  wishes: Partial<DeflateParameters> = {},
): DeflateParameters | string {
  const [answer, ...more] = parsed(header);
  assert.ok(answer !== undefined && more.length === 0, header);
  return checkDeflateAnswer(answer, { ...widest, ...wishes });
}

function parsed(header: string): NonNullable<ReturnType<typeof parseExtensions>> {
  const list = parseExtensions(header);
  assert.ok(list !== undefined, header);
  return list;
}

const answers: ReadonlyArray<
  readonly [
    sentence: string,
    offer: string,
    wishes: Partial<DeflateParameters>,
    answer: string | undefined,
  ]
> = [
  ["takes a bare offer", "permessage-deflate", {}, "permessage-deflate"],
  ["passes extensions over that it does not know", "x-other; a=1", {}, undefined],
  [
    "takes the offer that stands behind one of another extension",
    "x-other, permessage-deflate",
    {},
    "permessage-deflate",
  ],
  [
    'takes the first of several: "in order of preference" (section 5)',
    "permessage-deflate; server_max_window_bits=10, permessage-deflate",
    {},
    "permessage-deflate; server_max_window_bits=10",
  ],
  [
    "takes the fallback when the first offer breaks a rule",
    "permessage-deflate; server_max_window_bits=16, permessage-deflate; client_max_window_bits",
    {},
    "permessage-deflate",
  ],
  [
    "declines when every offer breaks one",
    "permessage-deflate; a, permessage-deflate; b",
    {},
    undefined,
  ],
  [
    'keeps to server_no_context_takeover when it is offered: it accepts "by including" it (7.1.1.1)',
    "permessage-deflate; server_no_context_takeover",
    {},
    "permessage-deflate; server_no_context_takeover",
  ],
  [
    "announces server_no_context_takeover unasked when it wishes it (7.1.1.1)",
    "permessage-deflate",
    { serverNoContextTakeover: true },
    "permessage-deflate; server_no_context_takeover",
  ],
  [
    "asks for client_no_context_takeover, offered or not (7.1.1.2)",
    "permessage-deflate",
    { clientNoContextTakeover: true },
    "permessage-deflate; client_no_context_takeover",
  ],
  [
    "holds a client to the client_no_context_takeover that it hints at (7.1.1.2)",
    "permessage-deflate; client_no_context_takeover",
    {},
    "permessage-deflate; client_no_context_takeover",
  ],
  [
    "answers server_max_window_bits with the offered value (7.1.2.1)",
    "permessage-deflate; server_max_window_bits=15",
    {},
    "permessage-deflate; server_max_window_bits=15",
  ],
  [
    'answers server_max_window_bits with "the same or smaller value" (7.1.2.1)',
    "permessage-deflate; server_max_window_bits=12",
    { serverMaxWindowBits: 9 },
    "permessage-deflate; server_max_window_bits=9",
  ],
  [
    "keeps to a smaller server_max_window_bits than it wishes (7.1.2.1)",
    "permessage-deflate; server_max_window_bits=8",
    { serverMaxWindowBits: 12 },
    "permessage-deflate; server_max_window_bits=8",
  ],
  [
    "announces its server_max_window_bits unasked (7.1.2.1)",
    "permessage-deflate",
    { serverMaxWindowBits: 12 },
    "permessage-deflate; server_max_window_bits=12",
  ],
  [
    "sets client_max_window_bits for a client that leaves it open (7.1.2.2)",
    "permessage-deflate; client_max_window_bits",
    { clientMaxWindowBits: 10 },
    "permessage-deflate; client_max_window_bits=10",
  ],
  [
    "says no client_max_window_bits when the client may use all (7.1.2.2)",
    "permessage-deflate; client_max_window_bits",
    {},
    "permessage-deflate",
  ],
  [
    "holds a client to the client_max_window_bits that it offers (7.1.2.2)",
    "permessage-deflate; client_max_window_bits=11",
    { clientMaxWindowBits: 12 },
    "permessage-deflate; client_max_window_bits=11",
  ],
  [
    "asks for fewer client_max_window_bits than are offered (7.1.2.2)",
    "permessage-deflate; client_max_window_bits=14",
    { clientMaxWindowBits: 12 },
    "permessage-deflate; client_max_window_bits=12",
  ],
  [
    "names no client_max_window_bits that was not offered: it MUST NOT (7.1.2.2)",
    "permessage-deflate",
    { clientMaxWindowBits: 10 },
    "permessage-deflate",
  ],
  [
    "reads a quoted value as the same without quotes (RFC 6455, 9.1)",
    'permessage-deflate; server_max_window_bits="10"; client_max_window_bits="9"',
    {},
    "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
  ],
  [
    "answers all four at once",
    "permessage-deflate; client_max_window_bits; server_max_window_bits=10; client_no_context_takeover; server_no_context_takeover",
    { clientMaxWindowBits: 9 },
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9",
  ],
];

for (const [sentence, offer, wishes, answer] of answers) {
  test(`a server ${sentence}`, () => {
    assert.equal(answerTo(offer, wishes), answer);
  });
}

test("a server knows what it agreed on, as its answer says it", () => {
  const wishes = { ...widest, serverNoContextTakeover: true, clientMaxWindowBits: 9 };
  const offers = parsed("permessage-deflate; client_max_window_bits; server_max_window_bits=10");
  assert.deepEqual(acceptDeflate(offers, wishes)?.parameters, {
    serverNoContextTakeover: true,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 9,
  });
});

/** What neither an offer nor an answer may have, and the words that tell the client's user. */
const broken: ReadonlyArray<readonly [sentence: string, parameters: string, reason: RegExp]> = [
  ["a parameter that is not defined", "server_window=10", /a parameter that is not defined/],
  ["a parameter whose name differs in case", "Server_No_Context_Takeover", /not defined/],
  ["a parameter named after an object's", "__proto__", /not defined/],
  [
    "one parameter twice",
    "server_no_context_takeover; server_no_context_takeover",
    /has server_no_context_takeover more than once/,
  ],
  [
    "one parameter with two values",
    "server_max_window_bits=10; server_max_window_bits=11",
    /has server_max_window_bits more than once/,
  ],
  [
    "client_no_context_takeover with a value (7.1.1.2: it has none)",
    "client_no_context_takeover=true",
    /has client_no_context_takeover with a value/,
  ],
  [
    "server_no_context_takeover with a value (7.1.1.1: it has none)",
    "server_no_context_takeover=1",
    /has server_no_context_takeover with a value/,
  ],
  ...["server_max_window_bits", ...bad("server_max_window_bits")].map(
    bits("server_max_window_bits"),
  ),
  ...bad("client_max_window_bits").map(bits("client_max_window_bits")),
];

function bad(name: string): string[] {
  const values = ["7", "16", "0", "1", "08", "010", "80", "+9", "-9", "9.0", "1e1", "0x9", "x"];
  return values.map((value) => `${name}=${value}`);
}

function bits(name: string): (text: string) => readonly [string, string, RegExp] {
  const reason = new RegExp(`has a ${name} that is not a number from 8 to 15`);
  return (text) => [`${text} (7.1.2: "between 8 to 15", "without leading zeroes")`, text, reason];
}

for (const [sentence, parameters, reason] of broken) {
  test(`a server declines, and a client fails, with ${sentence}`, () => {
    assert.equal(answerTo(`permessage-deflate; ${parameters}`), undefined);
    const next = `permessage-deflate; ${parameters}, permessage-deflate`;
    assert.equal(answerTo(next), "permessage-deflate", "the next offer is tried");
    assert.match(`${check(`permessage-deflate; ${parameters}`)}`, reason);
  });
}

const offers: ReadonlyArray<readonly [string, Partial<DeflateParameters>, string]> = [
  ["lets the server choose the client's window", {}, "; client_max_window_bits"],
  [
    "names what it wishes",
    {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 12,
      clientMaxWindowBits: 10,
    },
    "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=10",
  ],
];

for (const [sentence, wishes, parameters] of offers) {
  test(`a client's offer ${sentence}`, () => {
    const offer = formatExtensions([deflateOffer({ ...widest, ...wishes })]);
    assert.equal(offer, `permessage-deflate${parameters}`);
  });
}

test("a client takes a bare answer for the widest windows, and contexts taken over", () => {
  assert.deepEqual(check("permessage-deflate"), widest);
});

test("a client takes limits for the server that it did not ask for (7.1.1.1, 7.1.2.1)", () => {
  assert.deepEqual(
    check("permessage-deflate; server_no_context_takeover; server_max_window_bits=9"),
    { ...widest, serverNoContextTakeover: true, serverMaxWindowBits: 9 },
  );
});

test("a client keeps to what the answer asks of it (7.1.1.2, 7.1.2.2)", () => {
  assert.deepEqual(
    check("permessage-deflate; client_no_context_takeover; client_max_window_bits=9"),
    { ...widest, clientNoContextTakeover: true, clientMaxWindowBits: 9 },
  );
});

test("a client keeps to the limits of its own that the answer does not name", () => {
  const wishes = { clientNoContextTakeover: true, clientMaxWindowBits: 10 };
  assert.deepEqual(check("permessage-deflate", wishes), { ...widest, ...wishes });
});

const refusedAnswers: ReadonlyArray<
  readonly [sentence: string, answer: string, wishes: Partial<DeflateParameters>, reason: RegExp]
> = [
  [
    "client_max_window_bits without a value, which only an offer may have (7.1.2.2)",
    "client_max_window_bits",
    {},
    /client_max_window_bits without a value/,
  ],
  [
    "a larger client_max_window_bits than it offered (7.1.2.2)",
    "client_max_window_bits=12",
    { clientMaxWindowBits: 11 },
    /a larger client_max_window_bits than was offered/,
  ],
  [
    "a larger server_max_window_bits than it offered (7.1.2.1)",
    "server_max_window_bits=12",
    { serverMaxWindowBits: 11 },
    /does not keep to the server_max_window_bits/,
  ],
  [
    "no server_max_window_bits where it offered one (7.1.2.1)",
    "client_no_context_takeover",
    { serverMaxWindowBits: 11 },
    /does not keep to the server_max_window_bits/,
  ],
  [
    "no server_no_context_takeover where it offered it (7.1.1.1)",
    "client_no_context_takeover",
    { serverNoContextTakeover: true },
    /does not keep to the server_no_context_takeover/,
  ],
];

for (const [sentence, answer, wishes, reason] of refusedAnswers) {
  test(`a client fails an answer with ${sentence}`, () => {
    assert.match(`${check(`permessage-deflate; ${answer}`, wishes)}`, reason);
  });
}

test("whatever a client offers, it takes what a server of ours answers, and both know the same", () => {
  const sides = [8, 9, 12, 15].flatMap((serverMaxWindowBits) =>
    [8, 11, 15].flatMap((clientMaxWindowBits) =>
      [false, true].flatMap((serverNoContextTakeover) =>
        [false, true].map((clientNoContextTakeover) => ({
          serverNoContextTakeover,
          clientNoContextTakeover,
          serverMaxWindowBits,
          clientMaxWindowBits,
        })),
      ),
    ),
  );
  for (const ours of sides) {
    for (const theirs of sides) {
      const accepted = acceptDeflate([deflateOffer(theirs)], ours);
      assert.ok(accepted !== undefined);
      assert.deepEqual(checkDeflateAnswer(accepted.answer, theirs), accepted.parameters);
    }
  }
});
