/**
 * A route as the server uses it: the handler with everything worked out that does not depend on the
 * request. Compiled once, when the routes are set, so that a mistake is found then.
 */
import type { ConnectionSettings } from "../connection/connection.ts";
import { type AnyHandler, compileHandler } from "./handler.ts";
import { type AllowedOrigins, compileOrigins, joinOrigins } from "./origin.ts";
import { compileRoutes, type RouteTable } from "./routes.ts";

export interface Route {
  readonly pattern: string;
  readonly handler: AnyHandler;
  readonly origins: AllowedOrigins;
  readonly connection: ConnectionSettings;
  /** What was said once about this route is not said again. */
  readonly said: Set<string>;
}

/** @throws {TypeError} that names the route and what is wrong with it */
export function compileAll(
  routes: unknown,
  origins: AllowedOrigins,
  connection: ConnectionSettings,
): RouteTable<Route> {
  if (typeof routes !== "object" || routes === null) {
    throw new TypeError(
      '"routes" must be an object of handlers by path, such as { "/echo": handler }',
    );
  }
  return compileRoutes(
    Object.entries(routes).map(([pattern, handler]) => [
      pattern,
      compileRoute(pattern, handler, origins, connection),
    ]),
  );
}

function compileRoute(
  pattern: string,
  given: unknown,
  origins: AllowedOrigins,
  connection: ConnectionSettings,
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
      said: new Set(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`route ${JSON.stringify(pattern)}: ${why}`, { cause: error });
  }
}
