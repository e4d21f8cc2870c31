/** Answers to a client's offer of permessage-deflate that no client may take, whatever it offered. */
import { type CaseDraft, type Group, makeGroup, rfc7692 } from "../case.ts";
import { makeCase } from "./answer/row.ts";

const NAME = "permessage-deflate";
const BITS = ["", "0", "7", "16", "99", "-9", "08", "015", "10.5", "0xa", "ten"];

const RULES = {
  unknown: rfc7692(
    "7.1",
    "A client MUST _Fail the WebSocket Connection_ if […] the negotiation response contains an extension parameter not defined for use in a response",
  ),
  value: rfc7692(
    "7.1",
    "The negotiation response contains an extension parameter with an invalid value",
  ),
  twice: rfc7692(
    "7.1",
    "The negotiation response contains multiple extension parameters with the same name",
  ),
} as const;

type Wrong = readonly [slug: string, parameters: string, rule: keyof typeof RULES];

function eachBits(name: "server" | "client"): Wrong[] {
  return BITS.map((value): Wrong => {
    const slug = value === "" ? "empty" : value.replace("-", "minus-").replace(".", "-point-");
    return [`${name}-bits-${slug}`, `${name}_max_window_bits="${value}"`, "value"];
  });
}

const WRONG: readonly Wrong[] = [
  ["unknown", "x_unknown", "unknown"],
  ["unknown-with-value", "x_unknown=1", "unknown"],
  ["unknown-behind-known", "server_no_context_takeover; x_unknown", "unknown"],
  ["misspelt", "server_no_context_takeove", "unknown"],
  ["upper-case", "SERVER_NO_CONTEXT_TAKEOVER=1", "unknown"],
  ["server-takeover-value", "server_no_context_takeover=1", "value"],
  ["client-takeover-value", "client_no_context_takeover=true", "value"],
  ["server-bits-no-value", "server_max_window_bits", "value"],
  ["client-bits-no-value", "client_max_window_bits", "value"],
  ...eachBits("server"),
  ...eachBits("client"),
  ["server-takeover-twice", "server_no_context_takeover; server_no_context_takeover", "twice"],
  ["client-takeover-twice", "client_no_context_takeover; client_no_context_takeover", "twice"],
  ["server-bits-twice", "server_max_window_bits=12; server_max_window_bits=12", "twice"],
  ["client-bits-twice", "client_max_window_bits=12; client_max_window_bits=12", "twice"],
];

function answerWith(slug: string, value: string, rule: keyof typeof RULES): CaseDraft {
  return makeCase({
    slug,
    title: `the answer "${value}"`,
    rule: RULES[rule],
    allowed: "fails",
    fields: (good) => [...good, ["Sec-WebSocket-Extensions", value]],
  });
}

export function agreement(): Group {
  return makeGroup("agreement", "Answers to an offer of permessage-deflate, to a client", 36, [
    ...WRONG.map(([slug, parameters, rule]) => answerWith(slug, `${NAME}; ${parameters}`, rule)),
    answerWith("extension-twice", `${NAME}, ${NAME}`, "twice"),
    answerWith("extension-and-unknown", `${NAME}, x-unknown`, "unknown"),
  ]);
}
