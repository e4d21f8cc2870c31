// The texts of the language in use. The pages choose it when they start and when the reader does
// (`shell.ts`); without a page it is English. `texts` is read when something is said, never kept.
import { chinese } from "./texts/chinese.ts";
import { english, type Texts } from "./texts/english.ts";
import type { Language } from "./texts/language.ts";

const all: Readonly<Record<Language, Texts>> = { en: english, zh: chinese };

export let texts: Texts = english;

export function useLanguage(language: Language): void {
  texts = all[language];
}
