/**
 * Opens ports: one HTTP server for each address, and errors that a person can read. It knows nothing
 * of sockets.
 */
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A port could not be opened. */
export class ListenError extends Error {
  /** The system's code, such as "EADDRINUSE". */
  readonly code: string;
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? "";
    super(`cannot listen on ${hostInUrl(host)}:${port}: ${explain(code) ?? cause.message}`, {
      cause,
    });
    this.name = "ListenError";
    this.code = code;
    this.host = host;
    this.port = port;
  }
}

/** How often a port that the system chose for one address family may turn out taken on the other. */
const ATTEMPTS = 10;
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/**
 * Listens on loopback in both address families, on one port. A machine may lack a family; a port
 * that is taken on either is an error. `make` is called once for each.
 */
export async function listenOnLoopback(
  make: () => HttpServer,
  port: number,
  backlog?: number,
): Promise<readonly HttpServer[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listenOnBoth(make, port, backlog);
    } catch (error) {
      const unlucky = port === 0 && error instanceof ListenError && error.code === "EADDRINUSE";
      if (!unlucky || attempt === ATTEMPTS) throw error;
    }
  }
}

async function listenOnBoth(
  make: () => HttpServer,
  port: number,
  backlog: number | undefined,
): Promise<readonly HttpServer[]> {
  const listeners: HttpServer[] = [];
  let missing: unknown;
  for (const host of LOOPBACK) {
    try {
      const [first] = listeners;
      const samePort = first === undefined ? port : portOf(first);
      listeners.push(await listenOn(make(), samePort, host, backlog));
    } catch (error) {
      missing = error;
      if (isNoFamily(error)) continue;
      for (const listener of listeners) listener.close();
      throw error;
    }
  }
  if (listeners.length === 0) throw missing;
  return listeners;
}

function isNoFamily(error: unknown): boolean {
  return (
    error instanceof ListenError &&
    (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")
  );
}

/** @throws {ListenError} */
export function listenOn(
  server: HttpServer,
  port: number,
  host: string,
  backlog?: number,
): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(new ListenError(host, port, error));
    server.once("error", onError);
    server.listen(port, host, backlog, () => {
      server.off("error", onError);
      resolve(server);
    });
  });
}

export function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo).port; // it listens on TCP
}

/** A host as it stands in a URL. */
export function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function explain(code: string): string | undefined {
  if (code === "EADDRINUSE") return "the port is taken; stop what has it, or choose another";
  if (code === "EACCES") return "no permission for this port; choose one above 1023";
  if (code === "EADDRNOTAVAIL") return "this machine does not have the address";
  if (code === "EAI_AGAIN") return "the host name cannot be looked up now";
  return code === "ENOTFOUND" ? "the host name is not known" : undefined;
}
