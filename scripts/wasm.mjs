// @ts-check
// Assembles packages/trunkline/wasm/mask.wat into src/connection/mask-module.ts, which is checked in:
// the package is built without the assembler. With --check, says whether the two still match.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const source = new URL("../packages/trunkline/wasm/mask.wat", import.meta.url);
const target = new URL("../packages/trunkline/src/connection/mask-module.ts", import.meta.url);

export async function assemble() {
  const { parseWat } = await wabt();
  const module = parseWat("mask.wat", readFileSync(source, "utf8"), { simd: true });
  module.validate();
  return module.toBinary({}).buffer;
}

/** @param {Uint8Array} bytes */
export function moduleText(bytes) {
  const base64 = Buffer.from(bytes).toString("base64");
  const lines = base64.match(/.{1,90}/g) ?? [];
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  return `/** Made from wasm/mask.wat by scripts/wasm.mjs; a test checks that the two match. In base64. */
export const MASK_MODULE: string =
${text};
`;
}

export const committed = () => readFileSync(target, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = moduleText(await assemble());
  if (!process.argv.includes("--check")) writeFileSync(target, text);
  else if (committed() !== text) {
    console.error("mask-module.ts does not match mask.wat: run `node scripts/wasm.mjs`");
    process.exit(1);
  }
}
