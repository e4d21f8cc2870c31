// @ts-check
// Checks the command lines of a shell block without running them: the scripts, packages, command words
// and flags that they name must exist. What the flags are is read from the command's own help.

/**
 * @typedef {object} Known
 * @property {readonly string[]} scripts of the root package.json
 * @property {readonly string[]} packages that we publish
 * @property {(word: string) => string | undefined} helpOf a command word of `trunkline`, "" for none
 */

const everyday = "cat cd chmod curl cp echo git kill ls mkdir mv node openssl rm touch wscat".split(
  " ",
);
const ofNpm = "ci exec i init install pack run start test".split(" ");

/**
 * One sentence for each thing that a line names and that does not exist.
 *
 * @param {string} block
 * @param {Known} known
 * @returns {string[]}
 */
export function findWrongCommands(block, known) {
  return commandsOf(block).flatMap(([program = "", ...args]) => {
    if (program === "npm") return judgeNpm(args, known);
    if (program === "npx") return judgeNpx(args, known);
    if (program === "trunkline") return judgeTrunkline(args, known);
    return everyday.includes(program) ? [] : [`"${program}" is no command that a reader has.`];
  });
}

/**
 * The commands of a block as words, without prompts, comments, variables set for one command, and
 * what is redirected.
 *
 * @param {string} block
 */
function commandsOf(block) {
  const hasPrompts = /^\$ /m.test(block);
  return block
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => !hasPrompts || line.startsWith("$ "))
    .map((line) => line.replace(/^\$ /, "").replace(/(^|\s)#.*$/, ""))
    .flatMap((line) => line.split(/&&|\|\|?|;|&\s*$/))
    .map((line) => line.replace(/\d?>.*$/, "").match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .filter((words) => words.length > 0);
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
function judgeNpm([verb = "", ...rest], known) {
  if (!ofNpm.includes(verb)) return [`"npm ${verb}" is not a command of npm that we use.`];
  if (["install", "i", "exec"].includes(verb)) return judgePackages(rest, known);
  const script = verb === "run" ? rest[0] : verb;
  if (["ci", "init", "pack"].includes(verb)) return [];
  if (!known.scripts.includes(script ?? "")) return [`There is no script "${script}".`];
  const passedOn = rest.includes("--") ? rest.slice(rest.indexOf("--") + 1) : [];
  return script === "start" ? judgeTrunkline(["serve", ...passedOn], known) : [];
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
function judgeNpx(args, known) {
  const [name = "", ...rest] = args.filter((word) => word !== "--yes" && word !== "-y");
  if (name === "trunkline" || name === "@trunkline/cli") return judgeTrunkline(rest, known);
  return judgePackages([name], known);
}

/**
 * @param {readonly string[]} names
 * @param {Known} known
 */
function judgePackages(names, known) {
  return names
    .map((name) => name.replace(/(?<=.)@[^/]*$/, ""))
    .filter((name) => /^(@trunkline\/|trunkline)/.test(name) && !known.packages.includes(name))
    .map((name) => `There is no package "${name}".`);
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
function judgeTrunkline(args, known) {
  const [first = ""] = args;
  const word = first.startsWith("-") ? "" : first;
  const general = known.helpOf("");
  const special = known.helpOf(word === "" ? "serve" : word);
  if (special === undefined || general === undefined) return [`There is no "trunkline ${word}".`];
  const flags = new Set(`${general}\n${special}`.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g));
  return args
    .filter((arg) => arg.startsWith("-") && !/^-*\d*$/.test(arg))
    .map((arg) => arg.replace(/=.*$/, "").replace(/^(-\w)\d+$/, "$1"))
    .filter((flag) => !flags.has(flag))
    .map((flag) => `"trunkline ${word || "serve"}" has no ${flag}.`);
}
