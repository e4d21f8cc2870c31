import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatPage } from "./html-report.ts";
import { exampleReport } from "./json-report.test.util.ts";

describe("the page of results", () => {
  const page = formatPage(exampleReport());

  it("has the failures first, and open", () => {
    const ids = [...page.matchAll(/<details ([^>]*)><summary><b>(\w+)<\/b> (\S+)/g)];
    assert.deepEqual(
      ids.map(([, attributes = "", verdict, id]) => [id, verdict, attributes.endsWith(" open")]),
      [
        ["pings/bad", "fail", true],
        ["close/late", "tolerated", false],
        ["close/none", "informational", false],
        ["pings/good", "pass", false],
      ],
    );
  });

  it("shows the frames both ways, in bytes and in letters, and says what was cut", () => {
    assert.match(
      page,
      /suite →<td>ping, 3 bytes<td><code>3c 62 00<\/code><td><code>&lt;b·<\/code>/,
    );
    assert.match(page, /← tested<td>pong, 200 bytes<td><code>3c 62…<\/code>/);
    assert.equal(page.match(/and 7 more/g)?.length, 1);
  });

  it("can be chosen from by group and verdict", () => {
    assert.match(page, /<select id="group"><option value="">all<option>pings<option>close</);
    assert.match(page, /data-group="close" data-verdict="tolerated"/);
  });

  it("takes what came for text, and asks nobody for anything", () => {
    assert.match(page, /a &lt;pong&gt; \ufffd came/);
    assert.doesNotMatch(page, /<pong>|src=|href=|@import|url\(/);
  });
});
