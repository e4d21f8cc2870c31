/**
 * A handler behind a check of its requests, which comes before the handler's own `upgrade`. The hooks keep
 * the object that they were written on: a class's private fields are found on nothing else.
 */
import type { ServeOptions, UpgradeRequest } from "trunkline/server";
import type { Check } from "./access.ts";

type AnyHandler = ServeOptions["routes"][string];

const HOOKS = ["open", "message", "drain", "dropped", "closing", "close", "conversation"] as const;
const VALUES = ["protocols", "origins", "maxMessageSize", "perMessageDeflate"] as const;

/** `handler` is one that the library takes. */
export function guardHandler(handler: AnyHandler, check: Check): AnyHandler {
  const whole = typeof handler === "function" ? { conversation: handler } : handler;
  // Read by name: hooks may be a class's, which no copy of an object's own fields would find.
  const given = whole as Readonly<Record<string, unknown>>;
  const guarded: Record<string, unknown> = {
    upgrade(request: UpgradeRequest) {
      const refusal = check(request.raw);
      if (!refusal) return whole.upgrade?.(request);
      const headers = { "content-type": "text/plain; charset=utf-8", ...refusal.headers };
      return new Response(`${refusal.reason}\n`, { status: refusal.status, headers });
    },
  };
  for (const name of VALUES) if (given[name] !== undefined) guarded[name] = given[name];
  for (const name of HOOKS) {
    const hook = given[name];
    if (typeof hook === "function") guarded[name] = hook.bind(whole);
  }
  return guarded as AnyHandler; // of the same hooks
}
