// @ts-check
// Does with each snippet what it promises: programs are compiled and run, command lines are checked
// against what exists, JSON and the scripts of pages are parsed.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolders, root } from "../../scripts/lib/workspace.mjs";
import { findWrongCommands } from "./shell-commands.mjs";
import { SnippetPrograms } from "./snippet-programs.mjs";
import { readManifest } from "./subpaths.mjs";

/** @typedef {import("./snippets.mjs").Snippet} Snippet */

const languages = {
  program: ["ts", "typescript", "mts", "js", "javascript", "mjs"],
  shell: ["sh", "bash", "shell", "console"],
  untested: [
    "",
    "text",
    "txt",
    "http",
    "diff",
    "jsonc",
    "yaml",
    "ini",
    "nginx",
    "apache",
    "haproxy",
    "caddy",
    "css",
  ],
};

export class SnippetChecker {
  #programs;

  /**
   * @param {readonly Snippet[]} snippets
   * @param {{ timeout?: number }} [options] after how many milliseconds a program counts as hanging
   */
  constructor(snippets, { timeout = 20_000 } = {}) {
    const programs = snippets.filter(
      ({ mode, language }) => mode !== "none" && isProgram(language),
    );
    this.#programs = new SnippetPrograms(programs, timeout);
  }

  /**
   * What is wrong with a snippet, in words; undefined when nothing is.
   *
   * @param {Snippet} snippet
   * @returns {Promise<string | undefined>}
   */
  async findProblem(snippet) {
    const { language, code, mode } = snippet;
    if (mode === "none" || languages.untested.includes(language)) return undefined;
    if (isProgram(language)) return this.#programs.findProblem(snippet);
    if (languages.shell.includes(language)) return paragraph(findWrongCommands(code, known()));
    if (language === "json") return findProblemOfJson(code);
    if (language === "html") return paragraph(findWrongScripts(code, this.#programs.folder));
    return `Nobody knows what to do with "${language}": name it in tests/support/snippet-checker.mjs.`;
  }

  remove() {
    this.#programs.remove();
  }
}

/** @param {string} language */
function isProgram(language) {
  return languages.program.includes(language);
}

/**
 * What Node's parser says of the scripts written into a page.
 *
 * @param {string} page
 * @param {string} folder to write them to
 */
function findWrongScripts(page, folder) {
  return [...page.matchAll(/<script(?<attributes>[^>]*)>(?<text>.*?)<\/script>/gs)]
    .map(({ groups = {} }) => ({ attributes: groups.attributes ?? "", text: groups.text ?? "" }))
    .filter(({ attributes }) => !/\bsrc=|type="(?!module|text\/javascript)/.test(attributes))
    .map(({ attributes, text }, index) => {
      const extension = /type="module"/.test(attributes) ? "mjs" : "cjs";
      const file = join(folder, `script-${index}.${extension}`);
      writeFileSync(file, text);
      return spawnSync(process.execPath, ["--check", file], { encoding: "utf8" }).stderr;
    })
    .filter((problem) => problem !== "");
}

/** @param {string} code */
function findProblemOfJson(code) {
  try {
    JSON.parse(code);
  } catch (error) {
    return String(error);
  }
  return undefined;
}

/** @param {readonly string[]} sentences */
function paragraph(sentences) {
  return sentences.length === 0 ? undefined : sentences.join("\n");
}

/** @type {Map<string, string | undefined>} */
const helps = new Map();

/** @returns {import("./shell-commands.mjs").Known} */
function known() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    scripts: Object.keys(manifest.scripts),
    packages: packageFolders().map((folder) => readManifest(folder).name),
    helpOf: readHelp,
  };
}

/**
 * @param {string} word a command word of `trunkline`, "" for none
 */
function readHelp(word) {
  if (helps.has(word)) return helps.get(word);
  const main = join(root, "packages/cli/dist/main.js");
  const args = word === "" ? [main, "--help"] : [main, word, "--help"];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  helps.set(word, status === 0 ? stdout : undefined);
  return helps.get(word);
}
