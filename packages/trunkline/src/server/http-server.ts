/**
 * The node:http or node:https server that `serve` opens: its deadlines, its TLS, and what plain
 * requests get.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsOptions } from "node:tls";
import type { Clock } from "../connection/clock.ts";
import { documentedOnly } from "../connection/transports.ts";
import { printable } from "./log-text.ts";
import { answerPlainly, answerWith } from "./plain-http.ts";
import { type OpenPlainly, PlainUpgrades } from "./plain-upgrade.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { attempt, type Report } from "./report.ts";
import type { Logger } from "./settings.ts";
import { SilentConnections } from "./silent-connections.ts";

/** Answers plain HTTP requests; `next()` leaves a request to the library: 426 where a socket lives, else 404. */
export type HttpListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => unknown;

export interface HttpServerParts {
  /** Milliseconds until a connection must have sent a request. */
  readonly handshakeTimeout: number;
  readonly tls: TlsOptions | undefined;
  readonly http: HttpListener | undefined;
  readonly hasRoute: (target: string) => boolean;
  readonly open: OpenPlainly;
  readonly clock: Clock;
  readonly report: Report;
  readonly logger: Logger;
}

/** By server; `stopListening` needs them. */
const silentOf = new WeakMap<HttpServer, SilentConnections>();
const plainOf = new WeakMap<HttpServer, PlainUpgrades>();

/** @throws {TypeError} when key and certificate do not work */
export function makeHttpServer(parts: HttpServerParts): HttpServer {
  const server = makeListener(parts);
  const silent = new SilentConnections(server, parts.tls !== undefined);
  silentOf.set(server, silent);
  // With TLS, what a connection brings first is not its request.
  if (parts.tls === undefined && !documentedOnly) {
    plainOf.set(server, new PlainUpgrades(server, parts.clock, parts.open));
  }
  server.on("upgrade", (request: IncomingMessage) => silent.heard(request.socket));
  server.on("request", (request, response) => {
    silent.heard(request.socket);
    // A connection that stays open after its answer would outlive a drain.
    response.once("finish", () => {
      if (!server.listening) request.socket.end();
    });
    answerRequest(parts, request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const fault = faultOfCertificate(error, socket);
    if (fault !== undefined) parts.logger.warn?.(`refused a TLS connection: ${fault}`);
    answerBroken(parts, error, socket);
  });
  // Running out of file descriptors, for one, must not end the process.
  server.on("error", (error) => {
    if (server.listening) parts.report(error, "HTTP server");
  });
  return server;
}

/** Why a client was turned away before it could ask; undefined where its certificate is not the reason. */
function faultOfCertificate(error: NodeJS.ErrnoException, socket: Duplex): string | undefined {
  if (error.code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE") {
    return "the client has no certificate";
  }
  // Node's types say Error; it is a code of OpenSSL's, and null where nothing was wrong.
  const { authorizationError: code } = socket as { readonly authorizationError?: unknown };
  if (typeof code !== "string") return undefined;
  return `the client's certificate is not trusted (${printable(code)})`;
}

/** What node:http says of a request that it cannot read; anything else is 400. */
const BROKEN: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: "The headers are too large." },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: "The request did not come in time." },
};
const UNREADABLE: Refusal = { status: 400, reason: "This is not a well-formed HTTP request." };

/** Left alone, node:http would answer without a word, to the client and to the log. */
function answerBroken(
  { clock, logger }: HttpServerParts,
  error: NodeJS.ErrnoException,
  socket: Duplex,
): void {
  const { bytesRead = 1, bytesWritten = 0 } = socket as Partial<Socket>; // an injected Duplex has neither
  // Gone already, or in the middle of an answer.
  if (!socket.writable || bytesWritten > 0) return void socket.destroy();
  const refusal = BROKEN[error.code ?? ""] ?? UNREADABLE;
  const what = (error as { readonly reason?: string }).reason; // the parser's
  const reason = what === undefined ? refusal.reason : `${refusal.reason} ${what}.`;
  // Browsers open connections in advance, and may never use them.
  if (bytesRead > 0) logger.info?.(`refused a request: ${refusal.status} ${printable(reason)}`);
  refuse(socket, { ...refusal, reason }, clock);
}

/** Takes no more connections, drops the idle ones, and settles when the last is gone. */
export function stopListening(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    plainOf.get(server)?.yield();
    server.close(() => resolve());
    server.closeIdleConnections();
    silentOf.get(server)?.drop();
  });
}

function makeListener({ handshakeTimeout, tls }: HttpServerParts): HttpServer {
  // An upgrade that never becomes a request is a handshake that never finishes.
  const headersTimeout = Math.ceil(handshakeTimeout);
  const limits = {
    headersTimeout,
    requestTimeout: Math.max(headersTimeout, 300_000),
    connectionsCheckingInterval: Math.min(headersTimeout, 1000),
  };
  if (tls === undefined) return createHttpServer(limits);
  try {
    return createHttpsServer({ ...limits, handshakeTimeout: headersTimeout, ...tls });
  } catch (error) {
    throw new TypeError(`"tls" does not work: ${explainTls(error)}`, { cause: error });
  }
}

function answerRequest(
  { http, hasRoute, report }: HttpServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { url = "" } = request;
  const next = (): void => answerPlainly(response, hasRoute(url));
  if (http === undefined) return next();
  attempt(
    () => http(request, response, next),
    (error) => {
      report(error, `http listener at ${url}`);
      if (response.headersSent) response.destroy();
      else answerWith(response, 500, "The server failed at this request.");
    },
  );
}

/** @throws {TypeError} when there is nothing that a TLS handshake could use */
export function checkTls(tls: unknown): void {
  if (tls === undefined) return;
  if (typeof tls !== "object" || tls === null) {
    throw new TypeError('"tls" must be an object with "key" and "cert", as for node:tls');
  }
  const given = tls as TlsOptions; // read only to see what is there
  const isWhole =
    given.pfx !== undefined ||
    given.SNICallback !== undefined ||
    (given.key !== undefined && given.cert !== undefined);
  if (!isWhole) throw new TypeError('"tls" needs "key" and "cert", or "pfx", as for node:tls');
}

function explainTls(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/key values mismatch/i.test(message)) return "the key does not fit the certificate";
  if (/no start line|PEM/i.test(message)) return "the key or the certificate is not PEM";
  if (/passphrase|cancelled|bad decrypt/i.test(message)) return "the key needs its passphrase";
  return message;
}
