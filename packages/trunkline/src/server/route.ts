/**
 * A route as the server uses it: the handler with everything worked out that does not depend on the
 * request. Compiled once, when the routes are set, so that a mistake is found then.
 */
import type { ConnectionSettings } from "../connection/connection.ts";
import {
  type DeflateWishes,
  forDropping,
  readDeflate,
  SERVER_DEFLATE,
} from "../connection/deflate/options.ts";
import { type AnyHandler, compileHandler } from "./handler.ts";
import { type AllowedOrigins, compileOrigins, joinOrigins } from "./origin.ts";
import { compileRoutes, type RouteTable } from "./routes.ts";
import type { ServerSettings } from "./settings.ts";

export interface Route {
  readonly pattern: string;
  readonly handler: AnyHandler;
  readonly origins: AllowedOrigins;
  readonly connection: ConnectionSettings;
  /** Undefined: no compression is negotiated here. */
  readonly deflate: DeflateWishes | undefined;
  /** What was said once about this route is not said again. */
  readonly said: Set<string>;
}

/** What a handler may decide for its own route. */
type Shared = Pick<ServerSettings, "connection" | "deflate">;

/** @throws {TypeError} that names the route and what is wrong with it */
export function compileAll(
  routes: unknown,
  origins: AllowedOrigins,
  shared: Shared,
): RouteTable<Route> {
  if (typeof routes !== "object" || routes === null) {
    throw new TypeError(
      '"routes" must be an object of handlers by path, such as { "/echo": handler }',
    );
  }
  return compileRoutes(
    Object.entries(routes).map(([pattern, handler]) => [
      pattern,
      compileRoute(pattern, handler, origins, shared),
    ]),
  );
}

function compileRoute(
  pattern: string,
  given: unknown,
  origins: AllowedOrigins,
  { connection, deflate }: Shared,
): Route {
  try {
    const handler = compileHandler(given);
    const { maxMessageSize = connection.maxMessageSize } = handler;
    return {
      pattern,
      handler,
      origins: joinOrigins(origins, compileOrigins(handler.origins)),
      connection:
        maxMessageSize === connection.maxMessageSize
          ? connection
          : { ...connection, maxMessageSize },
      deflate: readHandlersDeflate(handler, deflate, connection),
      said: new Set(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`route ${JSON.stringify(pattern)}: ${why}`, { cause: error });
  }
}

/** The server's, or with fields of the handler's own; a handler may have it where the server has none. */
function readHandlersDeflate(
  { perMessageDeflate }: AnyHandler,
  servers: DeflateWishes | undefined,
  { overflow }: ConnectionSettings,
): DeflateWishes | undefined {
  const name = 'the handler\'s "perMessageDeflate"';
  const wishes =
    perMessageDeflate === undefined
      ? servers
      : readDeflate(perMessageDeflate, name, servers ?? SERVER_DEFLATE);
  return overflow === "drop-oldest" ? forDropping(wishes) : wishes;
}
