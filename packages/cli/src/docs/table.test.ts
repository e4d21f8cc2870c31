import assert from "node:assert/strict";
import { it } from "node:test";
import { type Cell, formatTable } from "./table.ts";

const cell = (text: string): Cell => [{ text, style: (shown) => shown }];
const row = (...texts: readonly string[]): readonly Cell[] => texts.map(cell);

it("has columns as wide as they need", () => {
  const table = {
    header: row("name", "bytes"),
    rows: [row("a", "12"), row("longer", "7")],
    alignments: ["left", "right"] as const,
  };
  assert.deepEqual(formatTable(table, 80), [
    "name    bytes",
    "------  -----",
    "a          12",
    "longer      7",
  ]);
});

it("narrows the widest column when there is no room, and parts the rows then", () => {
  const rows = [row("-p", "port to listen on"), row("-w", "folder")];
  const table = { header: row("", "meaning"), rows, alignments: [] };
  assert.deepEqual(formatTable(table, 14), [
    "    meaning",
    "--  ----------",
    "-p  port to",
    "    listen on",
    "",
    "-w  folder",
  ]);
});

it("cuts no word, though the table is wider then", () => {
  const table = { header: row("a"), rows: [row("incomprehensible")], alignments: [] };
  assert.deepEqual(formatTable(table, 5), ["a", "----------------", "incomprehensible"]);
});
