/**
 * Offers of permessage-deflate to a server under test: legal ones, of which it may take any, and those
 * that it must decline. What it answers is judged whether or not it was to be expected.
 */
import {
  type CaseDraft,
  type Finding,
  type Group,
  makeGroup,
  type RawDial,
  rfc6455,
  rfc7692,
} from "../case.ts";
import { type Answer, readAnswer } from "../negotiation.ts";
import {
  findFaultIn101,
  formatHead,
  type Head,
  type HeaderLine,
  KEY,
  readHead,
  requestFields,
} from "../opening.ts";
import { failed, informational, passed, tolerated } from "../outcomes.ts";

const RULES = {
  answer: rfc6455("9.1", "containing one or more extensions that were requested by the client"),
  declined: rfc7692(
    "7.1",
    "A server MUST decline an extension negotiation offer for this extension if any of the following conditions are met",
  ),
  serverBits: rfc7692(
    "7.1.2.1",
    "This parameter has a decimal integer value without leading zeroes between 8 to 15, inclusive",
  ),
  clientBits: rfc7692("7.1.2.2", "without leading zeroes between 8 to 15 inclusive"),
  fallback: rfc7692(
    "5",
    "The order of elements is important as it specifies the client's preference.",
  ),
  noTakeover: rfc7692(
    "7.1.1.1",
    'A server accepts an extension negotiation offer that includes the "server_no_context_takeover" extension parameter by including [it] in the […] response',
  ),
} as const;

type RuleName = keyof typeof RULES;

const NAME = "permessage-deflate";

/** Parameters of one legal offer each, "" for none. */
const LEGAL: readonly (readonly [string, string, RuleName])[] = [
  ["plain", "", "answer"],
  ["server-no-takeover", "server_no_context_takeover", "noTakeover"],
  ["client-no-takeover", "client_no_context_takeover", "answer"],
  ["both-no-takeover", "server_no_context_takeover; client_no_context_takeover", "noTakeover"],
  [
    "both-no-takeover-reversed",
    "client_no_context_takeover; server_no_context_takeover",
    "noTakeover",
  ],
  ["client-bits", "client_max_window_bits", "clientBits"],
  [
    "all",
    "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12",
    "answer",
  ],
  [
    "all-but-client-value",
    "client_max_window_bits; server_max_window_bits=15; server_no_context_takeover",
    "answer",
  ],
  ["quoted-server-bits", 'server_max_window_bits="12"', "serverBits"],
  ["quoted-client-bits", 'client_max_window_bits="12"', "clientBits"],
  ["spaces", " server_max_window_bits = 12 ;client_max_window_bits ", "answer"],
  ...eachBits((bits): readonly [string, string, RuleName] => [
    `server-bits-${bits}`,
    `server_max_window_bits=${bits}`,
    "serverBits",
  ]),
  ...eachBits((bits): readonly [string, string, RuleName] => [
    `client-bits-${bits}`,
    `client_max_window_bits=${bits}`,
    "clientBits",
  ]),
];

function eachBits<T>(make: (bits: number) => T): T[] {
  return [8, 9, 10, 11, 12, 13, 14, 15].map(make);
}

const ILLEGAL_BITS = ["0", "7", "16", "99", "-9", "08", "015", "10.5", "0xa", "ten", "10a"];

/** Parameters for which the offer must be declined. */
const ILLEGAL: readonly (readonly [string, string, RuleName])[] = [
  ["unknown", "x_unknown", "declined"],
  ["unknown-with-value", "x_unknown=1", "declined"],
  ["unknown-behind-known", "server_no_context_takeover; x_unknown", "declined"],
  ["misspelt", "server_no_context_takeove", "declined"],
  ["upper-case", "SERVER_MAX_WINDOW_BITS=99", "declined"],
  ["server-bits-no-value", "server_max_window_bits", "serverBits"],
  ["server-takeover-value", "server_no_context_takeover=1", "declined"],
  ["client-takeover-value", "client_no_context_takeover=true", "declined"],
  ["server-takeover-quoted", 'server_no_context_takeover="x"', "declined"],
  ["server-takeover-twice", "server_no_context_takeover; server_no_context_takeover", "declined"],
  ["client-takeover-twice", "client_no_context_takeover; client_no_context_takeover", "declined"],
  ["server-bits-twice", "server_max_window_bits=10; server_max_window_bits=11", "declined"],
  ["server-bits-twice-same", "server_max_window_bits=10; server_max_window_bits=10", "declined"],
  ["client-bits-twice", "client_max_window_bits; client_max_window_bits=10", "declined"],
  ...ILLEGAL_BITS.flatMap((value): (readonly [string, string, RuleName])[] => {
    const slug = value.replace("-", "minus-").replace(".", "-point-");
    return [
      [`server-bits-is-${slug}`, `server_max_window_bits="${value}"`, "serverBits"],
      [`client-bits-is-${slug}`, `client_max_window_bits="${value}"`, "clientBits"],
    ];
  }),
];

/** Several offers: whatever is taken must answer one of them. */
const SEVERAL: readonly (readonly [string, readonly string[]])[] = [
  ["second-plain", [`${NAME}; server_max_window_bits=10`, NAME]],
  ["first-unknown-parameter", [`${NAME}; x_unknown`, NAME]],
  ["first-illegal-bits", [`${NAME}; server_max_window_bits=7`, NAME]],
  ["first-doubled", [`${NAME}; client_max_window_bits; client_max_window_bits`, NAME]],
  ["unknown-extension-first", ["x-nobody-knows; a=1", NAME]],
  ["unknown-extension-last", [NAME, "x-nobody-knows; a=1"]],
  ["all-illegal", [`${NAME}; x_unknown`, `${NAME}; server_max_window_bits=16`]],
  ["same-twice", [NAME, NAME]],
  [
    "ten",
    Array.from({ length: 10 }, (_, at) => `${NAME}; server_max_window_bits=${15 - (at % 8)}`),
  ],
];

type Judge = (answer: Answer, head: Head) => Finding;

async function play(
  { wire, transcript, wait, target, host }: RawDial,
  offers: readonly string[],
  judge: Judge,
): Promise<Finding> {
  const fields = offers.map((offer): HeaderLine => ["Sec-WebSocket-Extensions", offer]);
  const request = formatHead(`GET ${target} HTTP/1.1`, [...requestFields(host), ...fields]);
  transcript.add("suite", `an offer: ${offers.join(" and ")}`, request);
  wire.write(request);
  const reading = await readHead(wire, transcript, wait);
  if (reading.type === "end") return tolerated("the end without an answer");
  if (reading.type === "silence") return failed("no answer came");
  if (reading.status !== 101) {
    return reading.status >= 400
      ? tolerated(`${reading.head.line}: not opened at all`)
      : failed(reading.head.line);
  }
  const fault = findFaultIn101(reading.head, KEY);
  if (fault !== undefined) return failed(fault);
  return judge(
    readAnswer(offers.join(", "), reading.head.headers.get("sec-websocket-extensions")),
    reading.head,
  );
}

const judgeLegal: Judge = (answer, head) => {
  if (answer.type === "fault") return failed(answer.sentence);
  if (answer.type === "declined") return informational("it declined");
  return passed(`agreed on ${head.headers.get("sec-websocket-extensions")}`);
};

const judgeIllegal: Judge = (answer, head) => {
  if (answer.type === "declined") return passed("it declined");
  return failed(`it took the offer: ${head.headers.get("sec-websocket-extensions")}`);
};

function legal(): CaseDraft[] {
  return LEGAL.map(([slug, parameters, rule]): CaseDraft => {
    const offer = parameters === "" ? NAME : `${NAME};${parameters}`;
    return {
      kind: "request",
      slug: `offer-${slug}`,
      rule: RULES[rule],
      title: `the offer "${offer}"`,
      allowed: "a 101 whose answer is legal for the offer; informational: it declines",
      play: (dial) => play(dial, [offer], judgeLegal),
    };
  });
}

function illegal(): CaseDraft[] {
  return ILLEGAL.map(
    ([slug, parameters, rule]): CaseDraft => ({
      kind: "request",
      slug: `illegal-${slug}`,
      rule: RULES[rule],
      title: `the illegal offer "${NAME}; ${parameters}"`,
      allowed: "a 101 without the extension; tolerated: a status from 400 on",
      play: (dial) => play(dial, [`${NAME}; ${parameters}`], judgeIllegal),
    }),
  );
}

function several(): CaseDraft[] {
  return SEVERAL.flatMap(([slug, offers]) =>
    [true, false].map(
      (isOneField): CaseDraft => ({
        kind: "request",
        slug: `several-${slug}-${isOneField ? "list" : "fields"}`,
        rule: RULES.fallback,
        title: `${offers.length} offers, ${isOneField ? "in one field" : "in a field each"}: ${slug.replaceAll("-", " ")}`,
        allowed: "a 101 whose answer is legal for one of the offers; informational: it declines",
        play: (dial) =>
          play(
            dial,
            isOneField ? [offers.join(", ")] : offers,
            slug === "all-illegal" ? judgeIllegal : judgeLegal,
          ),
      }),
    ),
  );
}

export function negotiation(): Group {
  return makeGroup("negotiation", "Offers of permessage-deflate, to a server", 75, [
    ...legal(),
    ...illegal(),
    ...several(),
  ]);
}
