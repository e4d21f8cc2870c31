/**
 * Who gets in besides what origins say: the password of `--basic-auth`, the host and port of `-V` and `-P`,
 * and, where client certificates are optional, that one which is shown is a good one. The same checks
 * stand before every handler and before every plain request.
 */
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { HttpListener, ServeOptions } from "trunkline/server";
import type { Logger } from "../log.ts";
import { CHALLENGE, createBasicAuth } from "./basic-auth.ts";
import { guardHandler } from "./guarded-handler.ts";
import type { ServeSettings } from "./options.ts";

export interface Refusal {
  readonly status: number;
  /** A sentence for the client. */
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Undefined for a request that may pass. A refusal is in the log. */
export type Check = (request: IncomingMessage) => Refusal | undefined;

export type AccessSettings = Pick<
  ServeSettings,
  "credential" | "validationHost" | "validationPort" | "clientCertificates"
>;

type Routes = ServeOptions["routes"];

export class Access {
  readonly #checks: readonly Check[];

  constructor(settings: AccessSettings, log: Logger) {
    const { validationHost, validationPort } = settings;
    const checksTarget = validationHost !== undefined || validationPort !== undefined;
    this.#checks = [
      ...(settings.clientCertificates === "optional" ? [checkCertificate(log)] : []),
      ...(checksTarget ? [checkTarget(settings, log)] : []),
      ...(settings.credential === undefined ? [] : [checkCredential(settings.credential, log)]),
    ];
  }

  /** The same routes where nothing is checked: a handler without `upgrade` opens the short way. */
  guardRoutes(routes: Routes): Routes {
    if (this.#checks.length === 0) return routes;
    const guarded = Object.entries(routes).map(([path, handler]) => [
      path,
      guardHandler(handler, (request) => this.#check(request)),
    ]);
    return Object.fromEntries(guarded);
  }

  guardHttp(listener: HttpListener): HttpListener {
    if (this.#checks.length === 0) return listener;
    return (request, response, next) => {
      const refusal = this.#check(request);
      if (!refusal) return void listener(request, response, next);
      const headers = { "Content-Type": "text/plain; charset=utf-8", ...refusal.headers };
      response.setHeaders(new Map(Object.entries(headers)));
      response.writeHead(refusal.status).end(`${refusal.reason}\n`);
    };
  }

  #check(request: IncomingMessage): Refusal | undefined {
    for (const check of this.#checks) {
      const refusal = check(request);
      if (refusal) return refusal;
    }
    return undefined;
  }
}

function checkCredential(credential: string, log: Logger): Check {
  const judge = createBasicAuth(credential);
  return (request) => {
    const verdict = judge(request.headers.authorization);
    if (verdict === "right") return undefined;
    // A browser asks without a password first: only a wrong one is worth a warning.
    const say = verdict === "wrong" ? log.warn : log.info;
    say(`refused ${describe(request)}: 401, ${verdict} user name or password`);
    const headers = { "WWW-Authenticate": CHALLENGE };
    return { status: 401, reason: "A user name and a password are needed here.", headers };
  };
}

/** A target with a host of its own (RFC 9112, section 3.2.2) must name the one that is asked for. */
function checkTarget({ validationHost, validationPort }: AccessSettings, log: Logger): Check {
  return (request) => {
    const named = readAuthority(request.url ?? "");
    if (!named) return undefined;
    const isHost = validationHost === undefined || named.host === validationHost.toLowerCase();
    const isPort = validationPort === undefined || named.port === validationPort;
    if (isHost && isPort) return undefined;
    log.warn(
      `refused ${describe(request)}: 421, -V and -P allow ${validationHost ?? "any host"} and port ${validationPort ?? "any"}`,
    );
    // "Unable or unwilling to produce an authoritative response for the target URI" (RFC 9110, section 15.5.20).
    return { status: 421, reason: "This server does not answer for that host and port." };
  };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 };

/** Undefined for a target without a host. */
function readAuthority(
  target: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, scheme = "", authority] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(target) ?? [];
  if (authority === undefined) return undefined;
  const [, host = "", port] = /^(.*?)(?::(\d*))?$/s.exec(authority) ?? [];
  const usual = DEFAULT_PORTS[scheme.toLowerCase()];
  return { host: host.toLowerCase(), port: port ? Number(port) : usual };
}

function checkCertificate(log: Logger): Check {
  return (request) => {
    const { socket } = request;
    if (!(socket instanceof TLSSocket) || socket.authorized) return undefined;
    const shown = socket.getPeerX509Certificate();
    if (!shown) return undefined;
    const why = String(socket.authorizationError);
    log.warn(`refused ${describe(request)}: 403, its certificate is not trusted (${why})`);
    return { status: 403, reason: "The certificate is not trusted here." };
  };
}

function describe({ url, socket }: IncomingMessage): string {
  return `${url} from ${socket.remoteAddress}`;
}
