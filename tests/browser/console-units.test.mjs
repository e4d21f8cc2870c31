// @ts-check
// The console's own unit tests, beside its sources in TypeScript: its dist/ holds pages alone, so the
// build puts them where the run of the packages' tests does not look.
import { filesUnder, root } from "../../scripts/lib/workspace.mjs";

const compiled = filesUnder("packages/console/test/dist/test");
const tests = filesUnder("packages/console/test")
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => path.replace("/test/", "/test/dist/test/").replace(/\.ts$/, ".js"));

for (const path of tests) {
  if (!compiled.includes(path)) throw new Error(`The build did not write ${path}.`);
  await import(new URL(path, `file://${root}`).href);
}
