import assert from "node:assert/strict";
import { test } from "node:test";
import { chinese } from "../src/texts/chinese.ts";
import { english } from "../src/texts/english.ts";
import { fillWords } from "../src/texts/fill.ts";
import { chooseLanguage } from "../src/texts/language.ts";

/** Each key with its path, and what it holds: a text, or a sentence of so many parts. */
function shapeOf(texts: object, path = ""): readonly string[] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const name = `${path}${key}`;
    if (typeof value === "object" && value !== null) return shapeOf(value, `${name}.`);
    return [`${name}: ${typeof value === "function" ? `of ${value.length}` : typeof value}`];
  });
}

test("both languages have the same keys, each of the same kind", () => {
  assert.deepEqual(shapeOf(chinese).toSorted(), shapeOf(english).toSorted());
});

test("no text is empty, and a sentence repeats what it is about in both languages", () => {
  for (const texts of [english, chinese]) {
    for (const [key, word] of Object.entries(texts.words)) assert.ok(word.trim() !== "", key);
    assert.match(texts.closed(1001, "bye", true), /1001.*bye/);
    assert.match(texts.addressUnreadable("nowhere:"), /nowhere:/);
    assert.match(texts.benchmark.running("10 B", 1, 17), /10 B.*2.*17/);
  }
});

test("a connection that did not open for want of a subprotocol is told as one that may have", () => {
  for (const [texts, word] of [
    [english, /subprotocol/],
    [chinese, /子协议/],
  ] as const) {
    assert.match(texts.failedToOpen("ws://a/", ["chat", "v2"]), /ws:\/\/a\/.*chat.*v2/);
    assert.match(texts.failedToOpen("ws://a/", ["chat"]), word);
    assert.doesNotMatch(texts.failedToOpen("ws://a/", []), word);
  }
});

test("the reader's choice goes before the browser's languages, and English is the last resort", () => {
  assert.equal(chooseLanguage("en", ["zh-CN", "en"]), "en");
  assert.equal(chooseLanguage(null, ["de-DE", "zh-CN", "en"]), "zh");
  assert.equal(chooseLanguage(null, ["zh"]), "zh");
  assert.equal(chooseLanguage("tlh", ["fr"]), "en");
  assert.equal(chooseLanguage(null, []), "en");
});

test("a page's keys become words, and stay as attributes for another language", () => {
  const words = { title: "A < B", hint: 'say "x"' };
  assert.equal(
    fillWords('<h1 id="a">{title}</h1><input placeholder="{hint}" />', words),
    '<h1 id="a" data-text="title">A &lt; B</h1><input data-placeholder="hint" placeholder="say &quot;x&quot;" />',
  );
  assert.throws(() => fillWords("<p>{nothing}</p>", words), /no word "nothing"/);
});
