/**
 * How permessage-deflate is agreed on in the opening handshake (RFC 7692, sections 5 and 7.1).
 *
 * The client offers (`deflateOffer`), the server takes the first offer that it can keep
 * (`acceptDeflate`), and the client checks what it was answered (`checkDeflateAnswer`). One shape says
 * what a side wishes and what was agreed. Nothing here compresses anything.
 * An offer that breaks a rule is passed over; an answer that does is a reason to fail the connection.
 */
import type { Extension } from "./headers.ts";

/** What was agreed on, or what one side wishes. */
export interface DeflateParameters {
  /** The server compresses each message by itself (section 7.1.1.1). */
  readonly serverNoContextTakeover: boolean;
  /** The client compresses each message by itself (section 7.1.1.2). */
  readonly clientNoContextTakeover: boolean;
  /** Base-2 logarithm of the server's window, 8 to 15 (section 7.1.2.1). */
  readonly serverMaxWindowBits: number;
  /** Base-2 logarithm of the client's window, 8 to 15 (section 7.1.2.2). */
  readonly clientMaxWindowBits: number;
}

/** An offer that the server takes. */
export interface AcceptedDeflate {
  readonly parameters: DeflateParameters;
  /** What stands in the response. */
  readonly answer: Extension;
}

/** The name under which it is registered. */
export const PERMESSAGE_DEFLATE = "permessage-deflate";
/** Bits of the largest window, which is the one that is used unless something else is agreed on. */
export const MAX_WINDOW_BITS = 15;
export const MIN_WINDOW_BITS = 8;

/** The parameters of one offer or one answer, each of which may be missing. */
interface Given {
  readonly server_no_context_takeover?: true;
  readonly client_no_context_takeover?: true;
  readonly server_max_window_bits?: number;
  /** `true`: without a value. */
  readonly client_max_window_bits?: number | true;
}

/** The server's choice: the first offer that it can keep; undefined for none. */
export function acceptDeflate(
  offers: readonly Extension[],
  wishes: DeflateParameters,
): AcceptedDeflate | undefined {
  for (const offer of offers) {
    if (offer.name !== PERMESSAGE_DEFLATE) continue;
    const given = readParameters(offer);
    // "A server MUST decline an extension negotiation offer" that breaks a rule (section 7.1).
    if (typeof given !== "string") return accepted(given, wishes);
  }
  return undefined;
}

function accepted(offer: Given, wishes: DeflateParameters): AcceptedDeflate {
  const parameters = agree(offer, wishes);
  const given: [string, string | true][] = [];
  if (parameters.serverNoContextTakeover) given.push(["server_no_context_takeover", true]);
  if (parameters.clientNoContextTakeover) given.push(["client_no_context_takeover", true]);
  // "A server accepts an extension negotiation offer with this parameter by including" it "with the same
  // or smaller value as the offer" (section 7.1.2.1); it may stand there unasked, too.
  const bits = parameters.serverMaxWindowBits;
  if (bits < MAX_WINDOW_BITS || offer.server_max_window_bits !== undefined) {
    given.push(["server_max_window_bits", `${bits}`]);
  }
  if (parameters.clientMaxWindowBits < MAX_WINDOW_BITS) {
    given.push(["client_max_window_bits", `${parameters.clientMaxWindowBits}`]);
  }
  return { parameters, answer: { name: PERMESSAGE_DEFLATE, parameters: given } };
}

function agree(offer: Given, wishes: DeflateParameters): DeflateParameters {
  const { server_max_window_bits: serverBits = MAX_WINDOW_BITS } = offer;
  const { client_max_window_bits: clientBits } = offer;
  return {
    serverNoContextTakeover:
      wishes.serverNoContextTakeover || offer.server_no_context_takeover === true,
    // Unasked it is possible, too, and the client that hints at it is held to it (section 7.1.1.2).
    clientNoContextTakeover:
      wishes.clientNoContextTakeover || offer.client_no_context_takeover === true,
    serverMaxWindowBits: Math.min(wishes.serverMaxWindowBits, serverBits),
    // "If a received extension negotiation offer doesn't have the 'client_max_window_bits' extension
    // parameter, the corresponding extension negotiation response to the offer MUST NOT include" it.
    clientMaxWindowBits:
      clientBits === undefined
        ? MAX_WINDOW_BITS
        : Math.min(wishes.clientMaxWindowBits, clientBits === true ? MAX_WINDOW_BITS : clientBits),
  };
}

/**
 * The client's offer. What is at its widest needs no word, but for `client_max_window_bits`: without it
 * the server could not choose the window of what it has to inflate.
 */
export function deflateOffer(wishes: DeflateParameters): Extension {
  const { serverMaxWindowBits, clientMaxWindowBits } = wishes;
  const parameters: [string, string | true][] = [];
  if (wishes.serverNoContextTakeover) parameters.push(["server_no_context_takeover", true]);
  if (wishes.clientNoContextTakeover) parameters.push(["client_no_context_takeover", true]);
  if (serverMaxWindowBits < MAX_WINDOW_BITS) {
    parameters.push(["server_max_window_bits", `${serverMaxWindowBits}`]);
  }
  const bits = clientMaxWindowBits < MAX_WINDOW_BITS ? `${clientMaxWindowBits}` : true;
  parameters.push(["client_max_window_bits", bits]);
  return { name: PERMESSAGE_DEFLATE, parameters };
}

/**
 * What the server's answer to `deflateOffer(wishes)` agrees on, or the reason why "the client MUST
 * _Fail the WebSocket Connection_" (section 7.1).
 */
export function checkDeflateAnswer(
  answer: Extension,
  wishes: DeflateParameters,
): DeflateParameters | string {
  const given = readParameters(answer);
  if (typeof given === "string") return given;
  const clientBits = given.client_max_window_bits ?? wishes.clientMaxWindowBits;
  // "This parameter has a decimal integer value" in an answer; only an offer may leave it out.
  if (clientBits === true) return fault("has client_max_window_bits without a value");
  if (clientBits > wishes.clientMaxWindowBits) {
    return fault("has a larger client_max_window_bits than was offered");
  }
  const serverBits = given.server_max_window_bits ?? MAX_WINDOW_BITS;
  if (serverBits > wishes.serverMaxWindowBits) {
    return fault("does not keep to the server_max_window_bits that was offered");
  }
  const serverNoContextTakeover = given.server_no_context_takeover === true;
  // "A server accepts an extension negotiation offer that includes" it "by including" it (7.1.1.1).
  if (wishes.serverNoContextTakeover && !serverNoContextTakeover) {
    return fault("does not keep to the server_no_context_takeover that was offered");
  }
  return {
    serverNoContextTakeover,
    // A client that said it will not take its context over does not, whatever the answer has.
    clientNoContextTakeover:
      wishes.clientNoContextTakeover || given.client_no_context_takeover === true,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: clientBits,
  };
}

/** Section 7.1's rules for offers and answers alike; a string says which is broken. */
function readParameters({ parameters }: Extension): Given | string {
  const given: { -readonly [Name in keyof Given]: Given[Name] } = {};
  for (const [name, value] of parameters) {
    if (!isParameter(name)) return fault("has a parameter that is not defined");
    if (given[name] !== undefined) return fault(`has ${name} more than once`);
    if (name === "server_max_window_bits" || name === "client_max_window_bits") {
      const bits = readBits(name, value);
      if (bits === undefined) return fault(`has a ${name} that is not a number from 8 to 15`);
      if (name === "client_max_window_bits") given[name] = bits;
      else if (bits !== true) given[name] = bits;
    } else {
      // "This extension parameter has no value" (sections 7.1.1.1 and 7.1.1.2).
      if (value !== true) return fault(`has ${name} with a value`);
      given[name] = true;
    }
  }
  return given;
}

/** "a decimal integer value without leading zeroes between 8 to 15, inclusive" (section 7.1.2.1). */
function readBits(name: keyof Given, value: string | true): number | true | undefined {
  if (value === true) return name === "client_max_window_bits" ? true : undefined;
  return /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

function isParameter(name: string): name is keyof Given {
  return (
    name === "server_no_context_takeover" ||
    name === "client_no_context_takeover" ||
    name === "server_max_window_bits" ||
    name === "client_max_window_bits"
  );
}

function fault(what: string): string {
  return `The server's answer to permessage-deflate ${what}.`;
}
