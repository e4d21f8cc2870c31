// What every page has around it: the bar with the links between the pages, and the language, which
// is the browser's until the reader chooses one.
import { find, recall, remember } from "./page.ts";
import { wordAttributes, wordOf } from "./texts/fill.ts";
import { chooseLanguage, type Language, languageTags, readLanguage } from "./texts/language.ts";
import { texts, useLanguage } from "./texts.ts";

const languageKey = "trunkline.language";

/** Call it before the page says anything. `tellAgain` says anew, in another language, what it has said. */
export function startShell(tellAgain: () => void): void {
  const select = find("language", HTMLSelectElement);
  const language = chooseLanguage(recall("local", languageKey), navigator.languages);
  select.value = language;
  // On a phone the links are one row that scrolls.
  document
    .querySelector("nav [aria-current]")
    ?.scrollIntoView({ block: "nearest", inline: "center" });
  // The English words stand on the page already.
  if (language !== "en") speak(language);
  select.addEventListener("change", () => {
    const chosen = readLanguage(select.value) ?? "en";
    remember("local", languageKey, chosen);
    speak(chosen);
    tellAgain();
  });
}

function speak(language: Language): void {
  useLanguage(language);
  document.documentElement.lang = languageTags[language];
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = wordOf(texts.words, element.dataset.text ?? "");
  }
  for (const [name, attribute] of Object.entries(wordAttributes)) {
    for (const element of document.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
      element.setAttribute(attribute, wordOf(texts.words, element.dataset[name] ?? ""));
    }
  }
  const suffix = language === "en" ? "" : `.${language}`;
  find("tutorial", HTMLAnchorElement).href = `/_trunkline/tutorial${suffix}.html`;
}
