/**
 * `PerMessageDeflate` of `ws`: the negotiation with the options that `ws` has, whose answers differ a
 * little from `protocol/permessage-deflate.ts`, and the codec of the connection that agreed.
 * Compression itself is `connection/deflate/`, synchronous: `concurrencyLimit` has nothing to limit, and
 * what zlib's options say about streams and their chunks has no stream to be said of.
 */
import { constants } from "node:zlib";
import { createDeflateCodec } from "../connection/deflate/codec.ts";
import { DEFAULT_SETTINGS, type Presets } from "../connection/deflate/settings.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import { failures } from "../protocol/failures.ts";
import {
  MAX_WINDOW_BITS,
  MIN_WINDOW_BITS,
  PERMESSAGE_DEFLATE,
} from "../protocol/permessage-deflate.ts";
import { boundOf } from "./connection-settings.ts";
import type { Parameters } from "./extension.ts";
import { toBuffer } from "./payload.ts";
import { receiveError } from "./receive-error.ts";

/** As `ws` documents them. */
export interface PerMessageDeflateOptions {
  readonly serverNoContextTakeover?: boolean | undefined;
  readonly clientNoContextTakeover?: boolean | undefined;
  readonly serverMaxWindowBits?: boolean | number | undefined;
  readonly clientMaxWindowBits?: boolean | number | undefined;
  readonly zlibDeflateOptions?: ZlibChoices | undefined;
  readonly zlibInflateOptions?: ZlibDictionary | undefined;
  readonly threshold?: number | undefined;
  readonly concurrencyLimit?: number | undefined;
  readonly isServer?: boolean | undefined;
  readonly maxPayload?: number | undefined;
}

/** What is heeded of zlib's options; the window is what was negotiated, as with `ws`. */
interface ZlibChoices extends ZlibDictionary {
  readonly level?: number | undefined;
  readonly memLevel?: number | undefined;
  readonly strategy?: number | undefined;
}

interface ZlibDictionary {
  readonly dictionary?: Dictionary;
}

type Dictionary = NodeJS.ArrayBufferView | ArrayBuffer | undefined;

/** One offer or answer, each value by itself. */
export interface DeflateParams {
  server_no_context_takeover?: true;
  client_no_context_takeover?: true;
  server_max_window_bits?: number;
  client_max_window_bits?: number | true;
}

type Done = (error: Error | null, data?: Buffer) => void;

/** `ws` compresses below this size only where the window is kept. Bytes. */
const DEFAULT_THRESHOLD = 1024;

export class PerMessageDeflate {
  /** What was agreed on. */
  params: DeflateParams | null = null;
  readonly _options: PerMessageDeflateOptions;
  readonly _isServer: boolean;
  #codec: MessageCodec | undefined;
  readonly #fragments: Buffer[] = [];

  constructor(options: PerMessageDeflateOptions = {}) {
    this._options = options;
    this._isServer = options.isServer === true;
  }

  static get extensionName(): string {
    return PERMESSAGE_DEFLATE;
  }

  get _threshold(): number {
    return this._options.threshold ?? DEFAULT_THRESHOLD;
  }

  /** The client's offer. */
  offer(): DeflateParams {
    const { clientMaxWindowBits, serverMaxWindowBits } = this._options;
    const offer: DeflateParams = {};
    if (this._options.serverNoContextTakeover) offer.server_no_context_takeover = true;
    if (this._options.clientNoContextTakeover) offer.client_no_context_takeover = true;
    // `true` means nothing here, and is sent as it is.
    if (serverMaxWindowBits) offer.server_max_window_bits = serverMaxWindowBits as number;
    if (clientMaxWindowBits) offer.client_max_window_bits = clientMaxWindowBits as number;
    else if (clientMaxWindowBits == null) offer.client_max_window_bits = true;
    return offer;
  }

  /** Takes the peer's offers, or its answer. @throws {Error} for what breaks a rule, or none of which can be kept */
  accept(configurations: readonly Parameters[]): DeflateParams {
    const given = configurations.map((one) => readParams(one, this._isServer));
    this.params = this._isServer ? this.#acceptOffer(given) : this.#acceptAnswer(given[0] ?? {});
    return this.params;
  }

  #acceptOffer(offers: readonly DeflateParams[]): DeflateParams {
    const offer = offers.find((one) => this.#canKeep(one));
    if (offer === undefined) throw new Error("None of the extension offers can be accepted");
    const { clientMaxWindowBits: clientBits, serverMaxWindowBits: serverBits } = this._options;
    if (this._options.serverNoContextTakeover) offer.server_no_context_takeover = true;
    if (this._options.clientNoContextTakeover) offer.client_no_context_takeover = true;
    if (typeof serverBits === "number") offer.server_max_window_bits = serverBits;
    if (typeof clientBits === "number") offer.client_max_window_bits = clientBits;
    else if (offer.client_max_window_bits === true || clientBits === false) {
      delete offer.client_max_window_bits;
    }
    return offer;
  }

  #canKeep(offer: DeflateParams): boolean {
    const { serverNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits } = this._options;
    if (serverNoContextTakeover === false && offer.server_no_context_takeover) return false;
    const asked = offer.server_max_window_bits;
    if (asked !== undefined) {
      if (serverMaxWindowBits === false) return false;
      if (typeof serverMaxWindowBits === "number" && serverMaxWindowBits > asked) return false;
    }
    if (typeof clientMaxWindowBits !== "number") return true;
    const able = offer.client_max_window_bits;
    return able === true || (able !== undefined && clientMaxWindowBits <= able);
  }

  #acceptAnswer(answer: DeflateParams): DeflateParams {
    const { clientNoContextTakeover, clientMaxWindowBits: wished } = this._options;
    if (clientNoContextTakeover === false && answer.client_no_context_takeover) {
      throw new Error('Unexpected parameter "client_no_context_takeover"');
    }
    const bits = answer.client_max_window_bits;
    if (bits === undefined) {
      if (typeof wished === "number") answer.client_max_window_bits = wished;
    } else if (wished === false || (typeof wished === "number" && Number(bits) > wished)) {
      throw new Error('Unexpected or invalid parameter "client_max_window_bits"');
    }
    return answer;
  }

  /** What compresses for the connection: one for each instance, made once something was agreed on. */
  get codec(): MessageCodec {
    this.#codec ??= this.#createCodec(this.params ?? {});
    return this.#codec;
  }

  #createCodec(params: DeflateParams): MessageCodec {
    const { zlibDeflateOptions = {}, zlibInflateOptions = {} } = this._options;
    const { level, memLevel, strategy } = zlibDeflateOptions;
    const parameters = {
      serverNoContextTakeover: params.server_no_context_takeover === true,
      clientNoContextTakeover: params.client_no_context_takeover === true,
      serverMaxWindowBits: params.server_max_window_bits ?? MAX_WINDOW_BITS,
      clientMaxWindowBits: numberOr(params.client_max_window_bits, MAX_WINDOW_BITS),
    };
    const alone = this._isServer
      ? parameters.serverNoContextTakeover
      : parameters.clientNoContextTakeover;
    return createDeflateCodec(this._isServer ? "server" : "client", parameters, {
      // "if context takeover is disabled": a kept window gains by short messages as well.
      threshold: alone ? this._threshold : 0,
      level: choose(level, DEFAULT_SETTINGS.level),
      memoryLevel: choose(memLevel, DEFAULT_SETTINGS.memoryLevel),
      strategy: choose(strategy, constants.Z_DEFAULT_STRATEGY),
      presets: presetsOf(zlibDeflateOptions.dictionary, zlibInflateOptions.dictionary),
    });
  }

  /** Compresses a fragment, the last one of its message with `fin`. */
  compress(data: string | Uint8Array, fin: boolean, done: Done): void {
    const deflated = this.codec.deflateFragment(toBuffer(data), fin);
    // What the codec gives is lent.
    done(null, Buffer.from(deflated));
  }

  /** Inflates a message: everything comes with its last fragment. */
  decompress(data: Uint8Array, fin: boolean, done: Done): void {
    this.#fragments.push(toBuffer(data));
    if (!fin) return done(null, Buffer.alloc(0));
    const whole = Buffer.concat(this.#fragments.splice(0));
    const inflated = this.codec.inflate(whole, boundOf(this._options.maxPayload));
    if (inflated === "tooBig") done(receiveError(failures.messageTooBig));
    else if (inflated === "corrupt") done(receiveError(failures.compressedDataCorrupt));
    else done(null, Buffer.from(inflated));
  }

  /** Releases what it holds. */
  cleanup(): void {
    this.#codec = undefined;
  }
}

/** zlib takes NaN for no choice. */
function choose(value: number | undefined, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : value;
}

function presetsOf(sent: Dictionary, received: Dictionary): Presets | undefined {
  if (sent === undefined && received === undefined) return undefined;
  return {
    sent: sent === undefined ? undefined : toBuffer(sent),
    received: received === undefined ? undefined : toBuffer(received),
  };
}

function numberOr(value: number | true | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

/** Each parameter once, with the value that it may have. @throws {Error} */
function readParams(configuration: Parameters, isOffer: boolean): DeflateParams {
  const params: Record<string, number | true> = {};
  for (const [name, values] of Object.entries(configuration)) {
    if (values.length > 1) throw new Error(`Parameter "${name}" must have only a single value`);
    params[name] = readValue(name, values[0] ?? true, isOffer);
  }
  return params;
}

function readValue(name: string, value: string | true, isOffer: boolean): number | true {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      if (value === true) return true;
      break;
    case "client_max_window_bits":
      // In an answer it has a value (RFC 7692, section 7.1.2.2).
      if (value === true && isOffer) return true;
      if (isWindowBits(value)) return Number(value);
      break;
    case "server_max_window_bits":
      if (isWindowBits(value)) return Number(value);
      break;
    default:
      throw new Error(`Unknown parameter "${name}"`);
  }
  throw new TypeError(`Invalid value for parameter "${name}": ${value}`);
}

function isWindowBits(value: string | true): boolean {
  const bits = Number(value);
  return Number.isInteger(bits) && bits >= MIN_WINDOW_BITS && bits <= MAX_WINDOW_BITS;
}
