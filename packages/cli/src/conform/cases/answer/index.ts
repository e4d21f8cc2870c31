/** The opening handshake of a client under test. */
import { type Group, makeGroup } from "../../case.ts";
import { FIELD_ROWS, TEXT_ROWS } from "./fields.ts";
import { requestCases } from "./request.ts";
import { makeCase } from "./row.ts";
import { STATUS_ROWS } from "./statuses.ts";

export function answer(): Group {
  return makeGroup("answer", "The opening handshake, to a client", 140, [
    ...requestCases(),
    ...[...FIELD_ROWS, ...TEXT_ROWS, ...STATUS_ROWS].map(makeCase),
  ]);
}
