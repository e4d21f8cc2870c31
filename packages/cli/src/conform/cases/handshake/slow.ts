/** What never becomes a whole request must not be kept for ever. */
import { type CaseDraft, rfc6455 } from "../../case.ts";
import { readHead } from "../../opening.ts";
import { passed, tolerated } from "../../outcomes.ts";

/** Milliseconds. */
const SLOWEST = 25_000;

export function slow(): CaseDraft[] {
  const starts: readonly (readonly [string, string, (target: string) => string])[] = [
    ["silent", "a connection that says nothing", () => ""],
    ["half-line", "half a request line", (target) => `GET ${target}`],
    [
      "half-head",
      "a request without the empty line",
      (target) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n`,
    ],
  ];
  return starts.map(
    ([slug, title, start]): CaseDraft => ({
      kind: "request",
      slug: `slow-${slug}`,
      long: true,
      rule: rfc6455("10.7", "Incoming data MUST always be validated by both clients and servers"),
      title: `${title}, and then nothing more`,
      allowed: `an answer or the end within ${SLOWEST / 1000} s; tolerated: neither`,
      play: async ({ wire, transcript, target }) => {
        const bytes = Buffer.from(start(target));
        transcript.add("suite", title, bytes);
        wire.write(bytes);
        const reading = await readHead(wire, transcript, SLOWEST);
        if (reading.type === "silence")
          return tolerated(`the connection was still open after ${SLOWEST / 1000} s`);
        return passed(reading.type === "head" ? reading.head.line : "the end");
      },
    }),
  );
}
