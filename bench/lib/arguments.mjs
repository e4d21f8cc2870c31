/** The command line of the bench. A mistake is one sentence, and exit code 2. */
import { parseArgs } from "node:util";

const OPTIONS = {
  only: { type: "string", multiple: true, default: [] },
  rounds: { type: "string" },
  seconds: { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
};

export function readArguments() {
  const { only, quick, json, list, ...numbers } = parse();
  const rounds = positive("--rounds", numbers.rounds, quick ? 1 : 3);
  const seconds = positive("--seconds", numbers.seconds, quick ? 0.2 : 0.8);
  return { only, quick, json, list, rounds, seconds };
}

/** The rows that are asked for. */
export function chooseRows(rows, { only, quick }) {
  if (only.length > 0) {
    const chosen = rows.filter(({ id }) => only.some((part) => id.includes(part)));
    if (chosen.length > 0) return chosen;
    misuse(`No row has ${only.join(" or ")} in its name; --list shows them.`);
  }
  // A percentile of a fifth of a second says nothing.
  return rows.filter(({ kind }) => !(quick && kind === "latency"));
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return misuse(
      `${error.message.split(". ")[0]}. It has --${Object.keys(OPTIONS).join(", --")}.`,
    );
  }
}

function positive(name, text, fallback) {
  if (text === undefined) return fallback;
  const value = Number(text);
  return value > 0 ? value : misuse(`${name} takes a number above 0, not ${JSON.stringify(text)}.`);
}

function misuse(sentence) {
  console.error(sentence);
  process.exit(2);
}
