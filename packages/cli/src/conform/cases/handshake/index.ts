/** The opening handshake of a server under test. */
import { type Group, makeGroup } from "../../case.ts";
import { FIELD_LINES } from "./field-lines.ts";
import { HUGE } from "./huge.ts";
import { NEGOTIATED } from "./negotiated.ts";
import { REQUEST_LINES } from "./request-lines.ts";
import { makeCase } from "./row.ts";
import { slow } from "./slow.ts";
import { SPELLINGS } from "./spellings.ts";
import { WRONG_FIELDS } from "./wrong-fields.ts";

export function handshake(): Group {
  const rows = [
    ...SPELLINGS,
    ...WRONG_FIELDS,
    ...REQUEST_LINES,
    ...FIELD_LINES,
    ...HUGE,
    ...NEGOTIATED,
  ];
  return makeGroup("handshake", "The opening handshake, to a server", 120, [
    ...rows.map(makeCase),
    ...slow(),
  ]);
}
