import type { HeaderLine } from "../../opening.ts";
import { add, type Row } from "./row.ts";
import { RULES } from "./rules.ts";

const either = { rule: RULES.large, allowed: "either" } as const;
const refuses = { rule: RULES.large, allowed: "refuses" } as const;

export const HUGE: readonly Row[] = [
  {
    ...either,
    slug: "field-8-kib",
    title: "a field of 8 KiB",
    fields: add(["X-Large", "x".repeat(8192)]),
  },
  {
    ...either,
    slug: "field-64-kib",
    title: "a field of 64 KiB",
    fields: add(["X-Large", "x".repeat(65_536)]),
  },
  {
    ...either,
    slug: "fields-hundred",
    title: "a hundred fields",
    fields: add(...Array.from({ length: 100 }, (_, at): HeaderLine => [`X-${at}`, "x"])),
  },
  {
    ...either,
    slug: "fields-two-thousand",
    title: "two thousand fields",
    fields: add(...Array.from({ length: 2000 }, (_, at): HeaderLine => [`X-${at}`, "x"])),
  },
  {
    ...either,
    slug: "target-16-kib",
    title: "a target of 16 KiB",
    line: (target) => `GET ${target}?${"x".repeat(16_384)} HTTP/1.1`,
  },
  {
    ...refuses,
    slug: "field-1-mib",
    title: "a field of 1 MiB",
    fields: add(["X-Large", "x".repeat(1_048_576)]),
  },
  {
    ...refuses,
    slug: "target-1-mib",
    title: "a target of 1 MiB",
    line: (target) => `GET ${target}?${"x".repeat(1_048_576)} HTTP/1.1`,
  },
  {
    ...either,
    slug: "extensions-many",
    title: "a thousand extensions",
    fields: add([
      "Sec-WebSocket-Extensions",
      Array.from({ length: 1000 }, (_, at) => `x-${at}`).join(", "),
    ]),
  },
  {
    ...either,
    slug: "extension-unclosed-quote",
    title: "an extension with a quoted string that never ends, 8 KiB",
    fields: add(["Sec-WebSocket-Extensions", `x; y="${"\\a".repeat(4096)}`]),
  },
];
