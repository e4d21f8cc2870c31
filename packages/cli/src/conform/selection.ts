/**
 * `--only` and `--skip`: lists of groups (`utf8`), ids (`utf8/lone-80`), sections (`6455-5.5`), each with
 * `*` for any letters. A word that chooses nothing is the user's mistake.
 */
import type { Case } from "./case.ts";

export interface Selection {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

/** The chosen cases, or the words that match no case at all. */
export function selectCases(
  cases: readonly Case[],
  { only, skip = [] }: Selection,
): { readonly cases: readonly Case[]; readonly unknown: readonly string[] } {
  const unknown = [...(only ?? []), ...skip].filter((word) => !cases.some(matcher(word)));
  const isIn = anyOf(only ?? ["*"]);
  const isOut = anyOf(skip);
  return { cases: cases.filter((one) => isIn(one) && !isOut(one)), unknown };
}

function anyOf(words: readonly string[]): (one: Case) => boolean {
  const matchers = words.map(matcher);
  return (one) => matchers.some((matches) => matches(one));
}

function matcher(word: string): (one: Case) => boolean {
  const pattern = new RegExp(`^${word.split("*").map(escapePattern).join(".*")}$`);
  return ({ id, group, rule }) =>
    pattern.test(id) || pattern.test(group) || pattern.test(`${rule.rfc}-${rule.section}`);
}

function escapePattern(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
