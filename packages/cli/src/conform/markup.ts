/** Text in HTML and XML. */

const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What XML cannot hold, an answer's control characters, shows as U+FFFD. */
export function escapeMarkup(text: string): string {
  return [...text].map(escapeOne).join("");
}

function escapeOne(letter: string): string {
  const isControl = letter < " " && !"\t\n\r".includes(letter);
  return isControl || /[\ud800-\udfff\ufffe\uffff]/u.test(letter)
    ? "\ufffd"
    : (NAMES[letter] ?? letter);
}
