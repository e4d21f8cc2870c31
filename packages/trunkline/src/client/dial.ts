/**
 * Dialling: from a URL to an open stream on which the opening handshake is done, or to the reason why not.
 *
 * node:http and node:https make the connection and read the answer, with Node's own defaults for
 * name lookup, the choice of address and TLS. Every attempt has an agent of its own and pools nothing.
 * One attempt at a time connects to an address and port; the others wait, unless they need not.
 * The caller hears exactly one of `onOpen` and `onFailure`, never from inside a call; on failure
 * nothing of the attempt is left. Redirects are not followed, as the standard has it.
 */
import { lookup as lookupHost } from "node:dns";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import type { Clock, Timer } from "../connection/clock.ts";
import { createDeflateCodec } from "../connection/deflate/codec.ts";
import { nodeRuntime } from "../connection/node-runtime.ts";
import type { MessageCodec } from "../protocol/codec.ts";
import { acceptFor, checkResponse, newKey, type ResponseCheck } from "../protocol/handshake.ts";
import { formatExtensions } from "../protocol/headers.ts";
import { checkDeflateAnswer, PERMESSAGE_DEFLATE } from "../protocol/permessage-deflate.ts";
import { AnswerBody } from "./answer-body.ts";
import { DialError, type DialPhase, display, explain, unfinished } from "./dial-error.ts";
import { type DialOptions, requestOptions } from "./dial-request.ts";
import { HandshakeTurns } from "./handshake-turns.ts";
import { longestDelay, type Settings } from "./options.ts";

/** Milliseconds that a refusing answer may take to bring the body that goes onto the error. */
const BODY_TIME = 1_000;

function nothing(): void {}

const turns = new HandshakeTurns();

/** A stream whose next byte is the first of the server's frames. */
export interface Dialled {
  readonly stream: Duplex;
  /** Bytes that came behind the answer. */
  readonly head: Uint8Array;
  /** The subprotocol in use, or "". */
  readonly protocol: string;
  /** Sec-WebSocket-Extensions as agreed, or "". */
  readonly extensions: string;
  /** The negotiated permessage-deflate, if any. */
  readonly codec?: MessageCodec | undefined;
}

/** An answer that is in order, with what it means for compression. */
type AnswerCheck = ResponseCheck & Pick<Dialled, "codec">;

export interface Caller {
  onOpen(dialled: Dialled): void;
  onFailure(error: DialError): void;
}

export class Dial {
  readonly #url: URL;
  readonly #settings: Settings;
  readonly #caller: Caller;
  readonly #key: string = newKey(nodeRuntime);
  readonly #clock: Clock;
  #request: ClientRequest | undefined;
  #timer: Timer | undefined;
  /** While others connect to the same address: what goes ahead, and what keeps the process alive. */
  #wait: { readonly goAhead: () => void; readonly hold: NodeJS.Timeout } | undefined;
  #leaveTurn: () => void = nothing;
  /** The server refused, and its body is being read: this is the end of that. */
  #endBody: (() => void) | undefined;
  readonly #onAbort = (): void =>
    this.cancel("the signal was aborted", this.#settings.signal?.reason);
  #phase: DialPhase;
  #isSettled = false;
  #keepsAlive = true;

  /** `connect` takes the network's place: it gives a stream that is connected already. */
  constructor(url: URL, settings: Settings, caller: Caller, clock: Clock, connect?: () => Duplex) {
    this.#url = url;
    this.#settings = settings;
    this.#caller = caller;
    this.#clock = clock;
    this.#phase = connect === undefined ? "connecting" : "asking";
    const options = requestOptions(url, settings, this.#key, connect);
    // Throws for what the user got wrong in `tls`; nothing needs an end before this line.
    if (connect === undefined && settings.serializeHandshakes) this.#sendInTurn(options);
    else this.#send(options);
    const { signal } = settings;
    if (!this.#isSettled) this.#startTimer();
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  /** Gives up; `onFailure` follows, unless the attempt has ended already. */
  cancel(why: string, cause?: unknown): void {
    const message = `Could not connect to ${display(this.#url)}: ${why}`;
    this.#fail(new DialError("aborted", message, cause === undefined ? {} : { cause }));
  }

  ref(): void {
    this.#keepsAlive = true;
    this.#wait?.hold.ref();
    this.#request?.socket?.ref();
  }

  unref(): void {
    this.#keepsAlive = false;
    this.#wait?.hold.unref();
    this.#request?.socket?.unref();
  }

  #send(options: DialOptions): void {
    const request = options.protocol === "https:" ? requestHttps(options) : requestHttp(options);
    this.#request = request;
    this.#listen(request);
    request.end();
  }

  /**
   * "The address" is what the lookup gives first. node:http looks names up itself, and is held there;
   * an address in the URL is not looked up, and its request is made when the turn has come.
   */
  #sendInTurn(options: DialOptions): void {
    const host = String(options.host);
    if (isIP(host) === 0) return this.#send({ ...options, lookup: this.#lookupInTurn() });
    if (options.protocol === "https:") {
      // Here, so that a mistake is thrown at the call.
      options.secureContext ??= createSecureContext(this.#settings.tls);
    }
    this.#takeTurn(host, () => this.#send(options));
  }

  #lookupInTurn(): LookupFunction {
    const find = this.#settings.tls.lookup ?? lookupHost;
    return (host, options, callback) =>
      find(host, options, (error, found, family) => {
        const address = typeof found === "string" ? found : found?.[0]?.address;
        if (error || address === undefined) return callback(error, found, family);
        this.#takeTurn(address, () => callback(null, found, family));
      });
  }

  #takeTurn(address: string, connect: () => void): void {
    if (this.#isSettled) return;
    let hasBegun = false;
    const begin = (): void => {
      hasBegun = true;
      this.#endWait();
      try {
        connect();
      } catch (error) {
        this.#fail(explain(toError(error), "securing", this.#url));
      }
    };
    this.#leaveTurn = turns.take(`${address} ${this.#url.port || this.#url.protocol}`, begin);
    if (this.#isSettled) return this.#leaveTurn();
    if (hasBegun) return;
    // Who connects now may be unreferenced, and then would let the process end while this one waits.
    const hold = setInterval(nothing, longestDelay);
    this.#wait = { goAhead: begin, hold };
    if (!this.#keepsAlive) hold.unref();
  }

  /** It has its turn, or goes without: the time limit begins anew. */
  #endWait(): void {
    if (this.#wait === undefined) return;
    clearInterval(this.#wait.hold);
    this.#wait = undefined;
    if (!this.#isSettled) this.#startTimer();
  }

  #startTimer(
    ms: number = this.#settings.handshakeTimeout,
    callback: () => void = () => this.#expire(),
  ): void {
    this.#timer?.cancel();
    this.#timer = ms > 0 ? this.#clock.setTimer(callback, ms) : undefined;
  }

  #listen(request: ClientRequest): void {
    request.once("socket", (socket) => {
      if (!this.#keepsAlive) socket.unref();
      socket.once("connect", () => {
        this.#phase = this.#url.protocol === "wss:" ? "securing" : "asking";
      });
      socket.once("secureConnect", () => {
        this.#phase = "asking";
      });
    });
    request.once("upgrade", (response, stream, head) => this.#answer(response, stream, head));
    request.once("response", (response) => this.#refuse(response));
    // Stays for as long as the request lives: destroying it may report once more.
    request.on("error", (error) => {
      if (this.#endBody === undefined) this.#fail(explain(error, this.#phase, this.#url));
      else this.#endBody();
    });
  }

  /** The server switched protocols. */
  #answer(response: IncomingMessage, stream: Duplex, head: Uint8Array): void {
    const check = this.#check(response);
    if (this.#isSettled || !check.ok) {
      destroy(stream);
      return check.ok ? undefined : this.#failHandshake(check.reason, response);
    }
    this.#settle();
    const { protocol, codec } = check;
    const extensions = formatExtensions(check.extensions);
    this.#caller.onOpen({ stream, head, protocol, extensions, codec });
  }

  #check({ headers, statusCode }: IncomingMessage): AnswerCheck {
    const wishes = this.#settings.perMessageDeflate;
    const check = checkResponse(
      { status: statusCode, header: (name) => joined(headers[name]) },
      {
        accept: acceptFor(this.#key, nodeRuntime),
        protocols: this.#settings.protocols,
        extensions: wishes === undefined ? [] : [PERMESSAGE_DEFLATE],
      },
    );
    const answer = check.ok ? check.extensions[0] : undefined;
    if (!check.ok || answer === undefined || wishes === undefined) return check;
    const agreed = checkDeflateAnswer(answer, wishes);
    if (typeof agreed === "string") return { ok: false, reason: agreed };
    return { ...check, codec: createDeflateCodec("client", agreed, wishes) };
  }

  #failHandshake(reason: string, { rawHeaders }: IncomingMessage): void {
    const message = `Could not connect to ${display(this.#url)}: the server's answer to the opening handshake is not valid. ${reason}`;
    this.#fail(new DialError("handshake", message, { status: 101, rawHeaders }));
  }

  /** The server answered, and did not switch protocols. */
  #refuse(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const check = this.#check(response);
    // node:http takes a 101 without its Upgrade and Connection for an ordinary answer.
    if (status === 101 && !check.ok) return this.#failHandshake(check.reason, response);
    const redirect = status >= 300 && status < 400 ? "; redirects are not followed" : "";
    const message = `Could not connect to ${display(this.#url)}: the server answered ${status} ${response.statusMessage ?? ""}`;
    const { rawHeaders } = response;
    this.#readBody(response, (body) => {
      const details = { status, rawHeaders, body };
      this.#fail(new DialError("status", `${message.trimEnd()}${redirect}`, details));
    });
  }

  /** Reads what comes of the body within its bounds of size and time; `done` may be called more than once. */
  #readBody(response: IncomingMessage, done: (body: string) => void): void {
    const body = new AnswerBody();
    const end = (): void => done(body.text);
    this.#endBody = end;
    this.#startTimer(BODY_TIME, end);
    response.on("data", (piece: Uint8Array) => {
      if (body.add(piece)) end();
    });
    response.on("error", end);
    response.once("close", end);
  }

  #expire(): void {
    if (this.#wait !== undefined) {
      // Whoever connects has had its time: a server that answers nobody must not hold up the others.
      this.#leaveTurn();
      return this.#wait.goAhead();
    }
    const message = `Could not connect to ${display(this.#url)}: not open within ${this.#settings.handshakeTimeout} ms (option handshakeTimeout); ${unfinished[this.#phase]}`;
    this.#fail(new DialError("timeout", message));
  }

  #fail(error: DialError): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#request?.destroy();
    setImmediate(() => this.#caller.onFailure(error));
  }

  #settle(): void {
    this.#isSettled = true;
    this.#timer?.cancel();
    this.#endWait();
    this.#leaveTurn();
    // What it holds would stay for as long as the socket is open.
    this.#leaveTurn = nothing;
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
  }
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" || value === undefined ? value : value.join(", ");
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function destroy(stream: Duplex): void {
  stream.on("error", () => {});
  stream.destroy();
}
