// Which language a page speaks: the reader's choice, else the first of the browser's that it knows.
// Pure: no DOM.

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** As `lang` attributes have it; the Chinese is in simplified characters. */
export const languageTags: Readonly<Record<Language, string>> = { en: "en", zh: "zh-Hans" };

export function readLanguage(value: string | null | undefined): Language | undefined {
  const primary = value?.toLowerCase().split("-")[0];
  return languages.find((language) => language === primary);
}

export function chooseLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const known = [chosen, ...preferred].map(readLanguage);
  return known.find((language) => language !== undefined) ?? "en";
}
