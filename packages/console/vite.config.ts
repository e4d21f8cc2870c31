// Builds the pages into dist/, for a server that answers /_trunkline/ from it (and / with its
// index.html): asset addresses are absolute, so both addresses find them.
// What all pages share is in parts/, and the English words in src/texts/, so that a page is whole
// before its script runs.
// The tutorial pages are copied as they are: a learner reads their source.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { english } from "./src/texts/english.ts";
import { fillWords, type Words } from "./src/texts/fill.ts";

const pages = ["index", "events", "buffer", "push", "polling", "benchmark"];
const tutorials = ["tutorial.html", "tutorial.zh.html"];
const words: Words = english.words;

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8").trimEnd();
}

/** Only the console talks to other hosts: those that the user types. */
function assemble(html: string, page: string): string {
  const connect = page === "index" ? "ws: wss:" : "'self'";
  const bar = read("./parts/bar.html").replace(`data-page="${page}"`, 'aria-current="page"');
  const whole = html
    .replace("<!-- head -->", read("./parts/head.html").replace("CONNECT", connect))
    .replace("<!-- bar -->", bar.replaceAll(/ data-page="\w+"/g, ""));
  return fillWords(whole, words);
}

function assemblePages(): Plugin {
  return {
    name: "assemble-pages",
    transformIndexHtml: {
      order: "pre",
      handler: (html, { filename }) => assemble(html, basename(filename, ".html")),
    },
  };
}

function copyTutorials(): Plugin {
  return {
    name: "copy-tutorials",
    apply: "build",
    generateBundle() {
      for (const fileName of tutorials) {
        const source = read(`../../examples/public/${fileName}`);
        this.emitFile({ type: "asset", fileName, source: `${source}\n` });
      }
    },
  };
}

export default defineConfig({
  base: "/_trunkline/",
  build: {
    // An inlined asset or a polyfill would be a script or an image that the page's own
    // Content-Security-Policy has to allow for.
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    rolldownOptions: {
      input: pages.map((page) => new URL(`./${page}.html`, import.meta.url).pathname),
    },
  },
  worker: { format: "es" },
  plugins: [assemblePages(), copyTutorials()],
});
