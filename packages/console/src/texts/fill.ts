// Puts the words of a language into a page. A page's source has keys where words stand:
// `<h1>{heading}</h1>`, `placeholder="{example}"`, `aria-label="{name}"`. The build puts the English word
// there and keeps the key in a `data-…` attribute, so that a running page can put another language's
// (`shell.ts`). Pure: no DOM.

export type Words = Readonly<Record<string, string>>;

/** What carries a word besides the element's text: by its name in `data-…`, the attribute. */
export const wordAttributes: Readonly<Record<string, string>> = {
  placeholder: "placeholder",
  label: "aria-label",
};

export function wordOf(words: Words, key: string): string {
  const word = Object.hasOwn(words, key) ? words[key] : undefined;
  if (word === undefined) throw new Error(`there is no word "${key}"`);
  return word;
}

/** @throws for a key that is none */
export function fillWords(html: string, words: Words): string {
  const fill = (key: string): string => escapeHtml(wordOf(words, key));
  return html
    .replaceAll(/>\{(\w+)\}(?=<\/)/g, (_, key: string) => ` data-text="${key}">${fill(key)}`)
    .replaceAll(/ (placeholder|aria-label)="\{(\w+)\}"/g, (_, attribute: string, key: string) => {
      const [name] = Object.entries(wordAttributes).find(([, to]) => to === attribute) ?? [];
      return ` data-${name}="${key}" ${attribute}="${fill(key)}"`;
    });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
