// Builds the console into dist/, for a server that answers /_trunkline/ from it (and / with its
// index.html): asset addresses are absolute, so both addresses find them.
// The tutorial pages are copied as they are: a learner reads their source.
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const tutorials = ["tutorial.html", "tutorial.zh.html"];

function copyTutorials(): Plugin {
  return {
    name: "copy-tutorials",
    apply: "build",
    generateBundle() {
      for (const fileName of tutorials) {
        const from = new URL(`../../examples/public/${fileName}`, import.meta.url);
        this.emitFile({ type: "asset", fileName, source: readFileSync(from, "utf8") });
      }
    },
  };
}

export default defineConfig({
  base: "/_trunkline/",
  // An inlined asset or a polyfill would be a script or an image that the page's own
  // Content-Security-Policy has to allow for.
  build: { assetsInlineLimit: 0, modulePreload: false, target: "es2022" },
  plugins: [copyTutorials()],
});
