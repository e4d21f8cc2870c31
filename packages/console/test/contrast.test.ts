import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../../src/style.css", import.meta.url), "utf8");
const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);

function readColor(body: string, name: string): string {
  const color = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(body)?.[1];
  assert.ok(color, `--${name} is a colour`);
  return color;
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

test("contrast is measured as WCAG does", () => {
  assert.equal(contrastOf("#000000", "#ffffff"), 21);
  assert.ok(Math.abs(contrastOf("#777777", "#ffffff") - 4.48) < 0.01);
});

for (const [scheme, body] of [
  ["light", light],
  ["dark", dark],
] as const) {
  test(`in ${scheme} colours, text has a contrast of 4.5, and lines and edges of 3`, () => {
    const check = (name: string, on: string, least: number): void => {
      const contrast = contrastOf(readColor(body, name), readColor(body, on));
      assert.ok(contrast >= least, `${name} on ${on}: ${contrast.toFixed(2)}`);
    };
    for (const ground of ["ground", "surface"]) {
      for (const name of ["text", "quiet", "accent"]) check(name, ground, 4.5);
    }
    for (const name of ["text", "accent"]) check(name, "tint", 4.5);
    check("on-accent", "accent", 4.5);
    check("on-accent", "accent-strong", 4.5);
    check("problem", "surface", 4.5);
    check("text", "problem-tint", 4.5);
    check("edge-strong", "surface", 3);
    for (const line of [1, 2, 3, 4]) check(`line-${line}`, "surface", 3);
  });
}
