/** Past what the RFC's sentences say: floods, bombs, slow readers and senders, and connections that break. */
import { type Group, makeGroup } from "../../case.ts";
import { makeBreaks } from "./breaks.ts";
import { makeFloods } from "./floods.ts";

export function endurance(): Group {
  return makeGroup("endurance", "Floods, bombs and broken connections", 40, [
    ...makeFloods(),
    ...makeBreaks(),
  ]);
}
