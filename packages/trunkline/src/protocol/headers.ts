/**
 * The grammar of the header fields that an opening handshake is made of (RFC 9110, section 5.6;
 * RFC 6455, section 9.1).
 *
 * Everything here walks its text once, from left to right, by character codes: a hostile value costs
 * time in proportion to its length and nothing else, so no length limit of its own is needed besides
 * the one that the HTTP parser has. A malformed value is `undefined`, never an exception.
 * Values are expected as an HTTP parser hands them over: repeated fields joined with ", ", whitespace
 * around the whole value removed. Foreign names are never keys of an object.
 */

/** One element of Sec-WebSocket-Extensions, its parameters in the order they came; `true` is a parameter without a value. */
export interface Extension {
  readonly name: string;
  readonly parameters: ReadonlyArray<readonly [name: string, value: string | true]>;
}

const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const slash = 0x2f;
const semicolon = 0x3b;
const equals = 0x3d;
const backslash = 0x5c;
const del = 0x7f;

// RFC 9110, section 5.6.2: tchar.
const tokenCodes = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  tokenCodes[character.charCodeAt(0)] = 1;
}

/** Whether `text` is a token, which a header field's name and a method are, too. */
export function isToken(text: string): boolean {
  return text.length > 0 && endOfToken(text, 0) === text.length;
}

/** Whether `text` may stand as a field's value: no control character but the tab, nothing that is not one byte on the wire. */
export function isHeaderValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (!isTextCode(text.charCodeAt(at))) return false;
  }
  return true;
}

/** Compares as ASCII case-insensitive does: U+212A is no "k". `lower` is in lower case. */
export function equalsIgnoringCase(text: string, lower: string): boolean {
  if (text === lower) return true;
  if (text.length !== lower.length) return false;
  for (let at = 0; at < lower.length; at++) {
    const code = text.charCodeAt(at);
    const isUpper = code >= 0x41 && code <= 0x5a;
    if ((isUpper ? code + 0x20 : code) !== lower.charCodeAt(at)) return false;
  }
  return true;
}

/** Connection and Sec-WebSocket-Protocol: `1#token`. */
export function parseTokenList(value: string): readonly string[] | undefined {
  return isToken(value) ? [value] : parseList(value, readToken);
}

/** Upgrade: a list of names, each with a version behind a slash or without (RFC 9110, section 7.8). */
export function parseUpgrade(value: string): readonly string[] | undefined {
  return isToken(value) ? [value] : parseList(value, readUpgradeProtocol);
}

/** Sec-WebSocket-Extensions: `1#extension`. */
export function parseExtensions(value: string): readonly Extension[] | undefined {
  return parseList(value, readExtension);
}

/** The value of Sec-WebSocket-Extensions that `parseExtensions` reads as `list`. */
export function formatExtensions(list: readonly Extension[]): string {
  return list.map(formatExtension).join(", ");
}

/**
 * Reads a comma-separated list whose elements `readElement` knows; at least one must be there.
 * Empty elements are passed over: "A recipient MUST parse and ignore a reasonable number of empty list
 * elements" (RFC 9110, section 5.6.1.2). Any number is reasonable here, since each costs one step.
 */
export function parseList<T>(
  value: string,
  readElement: (reader: HeaderReader) => T | undefined,
): readonly T[] | undefined {
  const reader = new HeaderReader(value);
  const list: T[] = [];
  for (;;) {
    reader.skipWhitespace();
    if (!reader.isDone && !reader.isAt(comma)) {
      const element = readElement(reader);
      if (element === undefined) return undefined;
      list.push(element);
      reader.skipWhitespace();
    }
    if (reader.isDone) return list.length > 0 ? list : undefined;
    if (!reader.take(comma)) return undefined;
  }
}

/** A position in a field's value, which only ever moves forward. What does not match is `undefined`, and the value malformed. */
export class HeaderReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  isAt(code: number): boolean {
    return this.#text.charCodeAt(this.#at) === code;
  }

  /** Steps over the character, if it is the next one. */
  take(code: number): boolean {
    if (!this.isAt(code)) return false;
    this.#at++;
    return true;
  }

  skipWhitespace(): void {
    while (this.isAt(space) || this.isAt(tab)) this.#at++;
  }

  readToken(): string | undefined {
    const start = this.#at;
    this.#at = endOfToken(this.#text, start);
    return this.#at > start ? this.#text.slice(start, this.#at) : undefined;
  }

  /** The content of a quoted-string, unescaped (RFC 9110, section 5.6.4). */
  readQuotedString(): string | undefined {
    if (!this.take(quote)) return undefined;
    let content = "";
    let start = this.#at;
    for (; !this.isDone; this.#at++) {
      if (this.isAt(quote)) {
        content += this.#text.slice(start, this.#at++);
        return content;
      }
      if (this.isAt(backslash)) {
        content += this.#text.slice(start, this.#at);
        start = ++this.#at;
      }
      if (!isTextCode(this.#text.charCodeAt(this.#at))) return undefined;
    }
    return undefined;
  }

  /** `token / quoted-string`, the value of a parameter. */
  readValue(): string | undefined {
    return this.isAt(quote) ? this.readQuotedString() : this.readToken();
  }
}

function endOfToken(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code >= 128 || tokenCodes[code] === 0) break;
    at++;
  }
  return at;
}

// RFC 9110, section 5.5: HTAB, SP, VCHAR, obs-text. NaN, past the end of a text, is none of them.
function isTextCode(code: number): boolean {
  return (code >= space && code <= 0xff && code !== del) || code === tab;
}

function readToken(reader: HeaderReader): string | undefined {
  return reader.readToken();
}

function readUpgradeProtocol(reader: HeaderReader): string | undefined {
  const name = reader.readToken();
  if (name === undefined || !reader.take(slash)) return name;
  const version = reader.readToken();
  return version === undefined ? undefined : `${name}/${version}`;
}

function readExtension(reader: HeaderReader): Extension | undefined {
  const name = reader.readToken();
  if (name === undefined) return undefined;
  const parameters: Array<readonly [string, string | true]> = [];
  reader.skipWhitespace();
  while (reader.take(semicolon)) {
    const parameter = readExtensionParameter(reader);
    if (parameter === undefined) return undefined;
    parameters.push(parameter);
  }
  return { name, parameters };
}

// RFC 6455, section 9.1, takes its grammar from RFC 2616 "including the 'implied *LWS rule'":
// whitespace may stand around the equals sign, too.
function readExtensionParameter(
  reader: HeaderReader,
): readonly [string, string | true] | undefined {
  reader.skipWhitespace();
  const name = reader.readToken();
  if (name === undefined) return undefined;
  reader.skipWhitespace();
  if (!reader.take(equals)) return [name, true];
  reader.skipWhitespace();
  const value = reader.readValue();
  // "the value after quoted-string unescaping MUST conform to the 'token' ABNF"
  if (value === undefined || !isToken(value)) return undefined;
  reader.skipWhitespace();
  return [name, value];
}

function formatExtension({ name, parameters }: Extension): string {
  let text = requireToken(name);
  for (const [parameter, value] of parameters) {
    text += `; ${requireToken(parameter)}`;
    if (value !== true) text += `=${requireToken(value)}`;
  }
  return text;
}

function requireToken(text: string): string {
  if (isToken(text)) return text;
  throw new TypeError(
    `${JSON.stringify(text)} cannot stand in Sec-WebSocket-Extensions: it is not a token.`,
  );
}
