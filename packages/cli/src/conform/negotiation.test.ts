import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAnswer } from "./negotiation.ts";

const NAME = "permessage-deflate";

describe("readAnswer", () => {
  const good: readonly (readonly [string, string])[] = [
    [NAME, NAME],
    [NAME, `${NAME}; server_no_context_takeover`],
    [NAME, `${NAME}; client_no_context_takeover; server_max_window_bits=10`],
    [`${NAME}; client_max_window_bits`, `${NAME}; client_max_window_bits=8`],
    [`${NAME}; client_max_window_bits=12`, `${NAME}; client_max_window_bits="12"`],
    [`${NAME}; server_max_window_bits=12`, `${NAME};server_max_window_bits=9`],
    [`${NAME}; server_max_window_bits=9, ${NAME}`, NAME],
  ];
  for (const [offer, answer] of good) {
    it(`takes "${answer}" for an answer to "${offer}"`, () =>
      assert.equal(readAnswer(offer, answer).type, "agreed"));
  }

  const bad: readonly (readonly [string, string, RegExp])[] = [
    [NAME, "", /is empty/],
    [NAME, "x-other", /"x-other", which was not offered/],
    [NAME, `${NAME}, ${NAME}`, /more than one extension/],
    ["", NAME, /nothing of the kind was offered/],
    [NAME, `${NAME}; client_max_window_bits=10`, /client_max_window_bits was not offered/],
    [
      `${NAME}; client_max_window_bits`,
      `${NAME}; client_max_window_bits`,
      /not legal in an answer/,
    ],
    [`${NAME}; client_max_window_bits=10`, `${NAME}; client_max_window_bits=11`, /above 10/],
    [`${NAME}; server_max_window_bits=10`, NAME, /server_max_window_bits is missing/],
    [`${NAME}; server_max_window_bits=10`, `${NAME}; server_max_window_bits=15`, /above 10/],
    [`${NAME}; server_no_context_takeover`, NAME, /server_no_context_takeover is missing/],
    [NAME, `${NAME}; server_no_context_takeover; server_no_context_takeover`, /stands twice/],
    [NAME, `${NAME}; server_no_context_takeover=1`, /not legal in an answer/],
    [NAME, `${NAME}; server_max_window_bits=7`, /not legal in an answer/],
    [NAME, `${NAME}; server_max_window_bits=08`, /not legal in an answer/],
    [NAME, `${NAME}; x_unknown`, /not legal in an answer/],
  ];
  for (const [offer, answer, sentence] of bad) {
    it(`finds the fault of "${answer}" as an answer to "${offer}"`, () => {
      const read = readAnswer(offer, answer);
      assert.equal(read.type, "fault");
      assert.match("sentence" in read ? read.sentence : "", sentence);
    });
  }

  it("takes no answer for a refusal of the offer", () => {
    assert.deepEqual(readAnswer(NAME, undefined), { type: "declined" });
  });
});
