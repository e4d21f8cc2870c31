/**
 * Sec-WebSocket-Extensions as the suite reads an answer to its own offers (RFC 7692, section 7.1):
 * what was agreed on, or what is wrong with the answer.
 */
import type { Terms } from "./compression.ts";

export interface Parsed {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

export type Answer =
  | { readonly type: "declined" }
  | { readonly type: "agreed"; readonly terms: Terms }
  | { readonly type: "fault"; readonly sentence: string };

/** A list of extensions without quoted strings that hold commas or semicolons, which nobody sends. */
export function parseExtensionList(text: string): readonly Parsed[] {
  return text
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "")
    .map(parseElement);
}

function parseElement(element: string): Parsed {
  const [name = "", ...parameters] = element.split(";").map((part) => part.trim());
  return { name, parameters: parameters.map(parseParameter) };
}

function parseParameter(text: string): readonly [string, string | undefined] {
  const [name = "", value] = text.split("=").map((part) => part.trim());
  return [name, value?.replace(/^"(.*)"$/, "$1")];
}

/** Judges a server's answer to `offer`, both as they stand in the header. */
export function readAnswer(offer: string, answer: string | undefined): Answer {
  if (answer === undefined) return { type: "declined" };
  const [chosen, ...more] = parseExtensionList(answer);
  if (chosen === undefined) return fault("its Sec-WebSocket-Extensions is empty");
  if (more.length > 0) return fault(`it chose more than one extension: ${answer}`);
  if (chosen.name !== "permessage-deflate")
    return fault(`it chose "${chosen.name}", which was not offered`);
  const offers = parseExtensionList(offer).filter(({ name }) => name === chosen.name);
  let sentence = "nothing of the kind was offered";
  for (const one of offers) {
    const found = findMismatch(one, chosen);
    if (found === undefined) return { type: "agreed", terms: termsOf(chosen) };
    sentence = found;
  }
  return fault(`"${answer}" answers no offer: ${sentence}`);
}

/**
 * A server's answer to a client's offer: `wanted`, and what the client asks for besides. Undefined when no
 * offer of the client allows it.
 */
export function agreeWith(
  offer: string | undefined,
  wanted: string,
): { readonly answer: string; readonly terms: Terms } | undefined {
  const asked = parseExtensionList(offer ?? "").map((one) => wanted + demandsOf(one, wanted));
  for (const answer of [wanted, ...asked]) {
    const read = readAnswer(offer ?? "", answer);
    if (read.type === "agreed") return { answer, terms: read.terms };
  }
  return undefined;
}

function demandsOf({ parameters }: Parsed, wanted: string): string {
  return parameters
    .filter(([name]) => name.startsWith("server_") && !wanted.includes(name))
    .map(([name, value]) => `; ${name}${value === undefined ? "" : `=${value}`}`)
    .join("");
}

function fault(sentence: string): Answer {
  return { type: "fault", sentence };
}

/** Why `chosen` cannot be the answer to `offer`. */
function findMismatch(offer: Parsed, chosen: Parsed): string | undefined {
  return findIllFormed(chosen) ?? findUnasked(offer, chosen) ?? findUnanswered(offer, chosen);
}

const FLAGS = ["server_no_context_takeover", "client_no_context_takeover"];
const BITS = ["server_max_window_bits", "client_max_window_bits"];

function findIllFormed({ parameters }: Parsed): string | undefined {
  const names = parameters.map(([name]) => name);
  if (new Set(names).size < names.length) return "a parameter stands twice";
  for (const [name, value] of parameters) {
    if (FLAGS.includes(name) && value === undefined) continue;
    if (BITS.includes(name) && /^([89]|1[0-5])$/.test(value ?? "")) continue;
    return `the parameter ${name}${value === undefined ? "" : `=${value}`} is not legal in an answer`;
  }
  return undefined;
}

/** "client_max_window_bits" may be in the answer only if it is in the offer (7.1.2.2). */
function findUnasked(offer: Parsed, chosen: Parsed): string | undefined {
  const bits = bitsIn(chosen, "client_max_window_bits");
  if (bits === undefined) return undefined;
  if (!has(offer, "client_max_window_bits")) return "client_max_window_bits was not offered";
  const most = bitsIn(offer, "client_max_window_bits") ?? "15";
  return Number(bits) <= Number(most) ? undefined : `client_max_window_bits is above ${most}`;
}

/** What the client asks of the server must be in the answer when it accepts (7.1.1.1, 7.1.2.1). */
function findUnanswered(offer: Parsed, chosen: Parsed): string | undefined {
  if (has(offer, "server_no_context_takeover") && !has(chosen, "server_no_context_takeover")) {
    return "server_no_context_takeover is missing";
  }
  const most = bitsIn(offer, "server_max_window_bits");
  if (most === undefined) return undefined;
  const bits = bitsIn(chosen, "server_max_window_bits");
  if (bits === undefined) return "server_max_window_bits is missing";
  return Number(bits) <= Number(most) ? undefined : `server_max_window_bits is above ${most}`;
}

function has({ parameters }: Parsed, name: string): boolean {
  return parameters.some(([own]) => own === name);
}

function bitsIn({ parameters }: Parsed, name: string): string | undefined {
  return parameters.find(([own]) => own === name)?.[1];
}

/** The terms that an answer states. */
export function termsOf(answer: Parsed): Terms {
  return {
    serverNoContextTakeover: has(answer, "server_no_context_takeover"),
    clientNoContextTakeover: has(answer, "client_no_context_takeover"),
    serverMaxWindowBits: Number(bitsIn(answer, "server_max_window_bits") ?? 15),
    clientMaxWindowBits: Number(bitsIn(answer, "client_max_window_bits") ?? 15),
  };
}
