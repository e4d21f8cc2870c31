/** What is sent: a text of somebody's, or a filling that compresses about as prose does. */

const WORDS =
  "a line between two programs stays open for as long as both of them want to say something".split(
    " ",
  );

/** `content`: the text, or the length of a filling in bytes. */
export function makeMessage(content: string | number, binary: boolean): string | Uint8Array {
  const text = typeof content === "string" ? content : fill(content);
  return binary ? new TextEncoder().encode(text) : text;
}

/** Numbers between the words, for no two of them to be the same stretch of bytes. */
function fill(size: number): string {
  const pieces: string[] = [];
  let length = 0;
  // A generator of Lehmer's: the same numbers in every run.
  for (let state = 1; length < size; state = (state * 48_271) % 0x7fff_ffff) {
    const piece = `${WORDS[state % WORDS.length]} ${state % 1000} `;
    pieces.push(piece);
    length += piece.length;
  }
  return pieces.join("").slice(0, size);
}
