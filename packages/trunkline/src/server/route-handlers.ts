/**
 * The type of `routes`: each handler knows its own path's parameters and its own `upgrade`'s data.
 */
import type { Conversation, Handler } from "./handler.ts";
import type { RouteParams } from "./routes.ts";

/** Handlers by path; `D` holds the type of each one's `socket.data`. */
export type RouteHandlers<D> = {
  readonly [Path in keyof D]:
    | Handler<D[Path], RouteParams<Path & string>>
    | Conversation<D[Path], RouteParams<Path & string>>;
};
