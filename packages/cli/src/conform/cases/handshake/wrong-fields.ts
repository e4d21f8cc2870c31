import type { Head } from "../../opening.ts";
import { KEY } from "../../opening.ts";
import { add, type Row, set, without } from "./row.ts";
import { RULES } from "./rules.ts";

const KEYS = [
  ["empty", ""],
  ["15-bytes", Buffer.alloc(15, 7).toString("base64")],
  ["17-bytes", Buffer.alloc(17, 7).toString("base64")],
  ["32-bytes", Buffer.alloc(32, 7).toString("base64")],
  ["no-padding", "dGhlIHNhbXBsZSBub25jZQ"],
  ["one-padding", "dGhlIHNhbXBsZSBub25jZQ="],
  ["not-base64", "dGhlIHNhbXBsZSBub2!jZQ=="],
  ["url-alphabet", "-_hlIHNhbXBsZSBub25jZQ=="],
  ["inner-space", "dGhlIHNhbXB sZSBub25jZQ=="],
  ["quoted", '"dGhlIHNhbXBsZSBub25jZQ=="'],
] as const;

const WRONG_KEYS: readonly Row[] = KEYS.map(
  ([slug, value]): Row => ({
    slug: `key-${slug}`,
    title: `Sec-WebSocket-Key: ${value}`,
    rule: RULES.key,
    allowed: "refuses",
    fields: set("Sec-WebSocket-Key", value),
  }),
);

const refuses = { allowed: "refuses" } as const;
const versions = (head: Head): string | undefined =>
  head.headers.get("sec-websocket-version")?.includes("13")
    ? undefined
    : "without Sec-WebSocket-Version: 13";
const version = { ...refuses, rule: RULES.versionAnswer, refusal: versions } as const;

export const WRONG_FIELDS: readonly Row[] = [
  { ...refuses, slug: "no-host", title: "no Host", rule: RULES.host, fields: without("Host") },
  {
    ...refuses,
    slug: "host-twice",
    title: "Host twice",
    rule: RULES.host,
    fields: (good) => [["Host", "other.example"], ...good],
    allowed: "refuses",
  },
  {
    ...refuses,
    slug: "no-upgrade",
    title: "no Upgrade",
    rule: RULES.upgrade,
    fields: without("Upgrade"),
  },
  {
    ...refuses,
    slug: "upgrade-empty",
    title: "an empty Upgrade",
    rule: RULES.upgrade,
    fields: set("Upgrade", ""),
  },
  {
    ...refuses,
    slug: "upgrade-other",
    title: "Upgrade: h2c",
    rule: RULES.upgrade,
    fields: set("Upgrade", "h2c"),
  },
  {
    ...refuses,
    slug: "upgrade-longer",
    title: "Upgrade: websockets",
    rule: RULES.upgrade,
    fields: set("Upgrade", "websockets"),
  },
  {
    ...refuses,
    slug: "upgrade-shorter",
    title: "Upgrade: websocke",
    rule: RULES.upgrade,
    fields: set("Upgrade", "websocke"),
  },
  {
    ...refuses,
    slug: "upgrade-kelvin",
    title: "Upgrade: with a letter that only Unicode folds to k",
    rule: RULES.upgrade,
    fields: set("Upgrade", "websoc\xe2\x84\xaaet"),
  },
  {
    ...refuses,
    slug: "no-connection",
    title: "no Connection",
    rule: RULES.connection,
    fields: without("Connection"),
  },
  {
    ...refuses,
    slug: "connection-empty",
    title: "an empty Connection",
    rule: RULES.connection,
    fields: set("Connection", ""),
  },
  {
    ...refuses,
    slug: "connection-other",
    title: "Connection: keep-alive",
    rule: RULES.connection,
    fields: set("Connection", "keep-alive"),
  },
  {
    ...refuses,
    slug: "connection-longer",
    title: "Connection: Upgraded",
    rule: RULES.connection,
    fields: set("Connection", "Upgraded"),
  },
  {
    ...refuses,
    slug: "no-key",
    title: "no Sec-WebSocket-Key",
    rule: RULES.key,
    fields: without("Sec-WebSocket-Key"),
  },
  ...WRONG_KEYS,
  {
    ...refuses,
    slug: "key-twice",
    title: "Sec-WebSocket-Key twice",
    rule: RULES.once,
    fields: add(["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="]),
  },
  {
    ...refuses,
    slug: "key-twice-same",
    title: "the same Sec-WebSocket-Key twice",
    rule: RULES.once,
    fields: add(["Sec-WebSocket-Key", KEY]),
  },
  {
    ...version,
    slug: "no-version",
    title: "no Sec-WebSocket-Version",
    fields: without("Sec-WebSocket-Version"),
  },
  ...[
    "",
    "0",
    "9",
    "12",
    "14",
    "99",
    "255",
    "256",
    "1300",
    "013",
    "+13",
    "-13",
    "13.0",
    "0xd",
    "thirteen",
    "13, 8",
    "13;",
  ].map(
    (value): Row => ({
      ...version,
      slug: `version-${value === "" ? "empty" : slugOf(value)}`,
      title: `Sec-WebSocket-Version: ${value}`,
      fields: set("Sec-WebSocket-Version", value),
    }),
  ),
  ...["7", "8"].map(
    (value): Row => ({
      ...version,
      allowed: "should-refuse",
      slug: `version-${value}`,
      title: `Sec-WebSocket-Version: ${value}, a draft's, which a server may know`,
      fields: set("Sec-WebSocket-Version", value),
    }),
  ),
  {
    ...version,
    slug: "version-twice",
    title: "Sec-WebSocket-Version 13 and 8, in two fields",
    fields: add(["Sec-WebSocket-Version", "8"]),
  },
  {
    ...version,
    allowed: "should-refuse",
    slug: "version-twice-same",
    title: "Sec-WebSocket-Version: 13 twice",
    fields: add(["Sec-WebSocket-Version", "13"]),
  },
];

function slugOf(value: string): string {
  return value
    .replace("+", "plus-")
    .replace(/^-/, "minus-")
    .replace(";", "-semicolon")
    .replace(/,.*/, "-list")
    .replace(".", "-point-");
}
