import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { makeFolder } from "../temporary-folder.test.util.ts";
import { Manual } from "./manual.ts";
import { formatMarkdown } from "./markdown.ts";

const FILES = {
  "README.md":
    "# Docs\n\n| page | what |\n|---|---|\n| [Server](server.md) | `serve` and *more* |\n| [Client](client.md), [中文](client.zh.md) | it |\n| [Gone](gone.md) | x |\n| [Site](https://a.example/b.md) | y |\n",
  "server.md": "# Server\nabc\n## Options\nof it\n### Deep\nyes\n## The end\nover\n",
  "serve.md": "# serve\n",
  "client.md": "# Client\n",
  "client.zh.md": "# Client\n",
};

async function makeManual(t: TestContext): Promise<Manual> {
  return new Manual((await makeFolder(t, FILES)).path);
}

describe("the manual", () => {
  it("has the pages of the index first, in its order, with what they tell", async (t) => {
    assert.deepEqual((await makeManual(t)).pages, [
      { name: "server", summary: "serve and more" },
      { name: "client", summary: "it" },
      { name: "client.zh", summary: "中文" },
      { name: "serve", summary: "" },
    ]);
  });

  it("finds a page by its name, or by a beginning that no other has", async (t) => {
    const manual = await makeManual(t);
    for (const [word, name] of [
      ["server", "server"],
      ["client.z", "client.zh"],
      ["CLIENT.md", "client"],
      ["serve", "serve"],
    ] as const) {
      assert.equal(manual.find(word).name, name);
    }
  });

  it("names the nearest page when there is none", async (t) => {
    const manual = await makeManual(t);
    assert.throws(() => manual.find("cleint"), {
      exitCode: 2,
      message:
        'there is no page called "cleint". Did you mean "client"? There are: server, client, client.zh, serve.',
    });
    for (const word of ["ser", "cl", "README", "../server"]) {
      assert.throws(() => manual.find(word), /there is no page called/);
    }
  });

  it("gives a section with what is below it", async (t) => {
    const manual = await makeManual(t);
    const section = (words: string) =>
      formatMarkdown(manual.readSection(manual.find("server"), words), {
        width: 80,
        hasStyles: false,
      });
    assert.equal(section("options"), "Options\n-------\n\nof it\n\nDeep\n\nyes\n");
    assert.equal(section("end"), "The end\n-------\n\nover\n");
    assert.throws(
      () => section("optoins"),
      /no section of "server" called "optoins"\. Did you mean "Options"\? There are: Options, Deep/,
    );
  });

  it("says when the pages are not there", () => {
    assert.throws(() => new Manual("/no/such/folder"), { exitCode: 1, message: /npm run build/ });
  });
});
