/**
 * The types of `routes`: each handler knows its own path's parameters and its own `upgrade`'s data.
 *
 * The compiler infers the type arguments of a call all at once. In a table of several routes it has
 * not seen what an `upgrade(request)` returns when it types the hooks beside it, and `data` is
 * unknown there; around such a handler belongs a `defineHandler`, a call of its own. A table of one
 * route needs none: it has the first form below.
 */
import type { Conversation, Handler } from "./handler.ts";
import type { RouteParams } from "./routes.ts";

/** One handler; `D` is the type of its `socket.data`. */
export type OneRoute<Path extends string, D> = {
  readonly [P in Path]: Handler<D, RouteParams<P>> | Conversation<D, RouteParams<P>>;
};

/** Handlers by path; `D` holds the type of each one's `socket.data`. */
export type RouteHandlers<D> = {
  readonly [Path in keyof D]:
    | Handler<D[Path], RouteParams<Path & string>>
    | Conversation<D[Path], RouteParams<Path & string>>;
};

/** `unknown` for one path, `never` for several: whether the first form takes the table. */
export type IfOne<Path extends string> = IsUnion<Path> extends true ? never : unknown;

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;
