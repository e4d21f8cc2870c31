/** For tests of the reports: a case of each verdict, with text that markup must escape. */
import type { Verdict } from "./case.ts";
import type { Report, ReportedCase } from "./json-report.ts";

function one(id: string, verdict: Verdict, came: string): ReportedCase {
  return {
    id,
    group: id.split("/")[0] ?? "",
    rule: { rfc: 6455, section: "5.5.2", sentence: '"MUST send a Pong"' },
    title: "a ping",
    allowed: "a pong",
    verdict,
    came,
    milliseconds: 1.5,
    transcript: [
      { from: "suite", what: "ping, 3 bytes", bytes: "3c6200", length: 3 },
      { from: "tested", what: "pong, 200 bytes", bytes: "3c62", length: 200 },
    ],
    left: verdict === "fail" ? 7 : 0,
  };
}

export function exampleReport(): Report {
  const cases = [
    one("pings/good", "pass", "as expected"),
    one("pings/bad", "fail", "a <pong> \u0001 came"),
    one("close/late", "tolerated", "it came late"),
    one("close/none", "informational", "not known"),
  ];
  const counts = { pass: 1, tolerated: 1, informational: 1, fail: 1 };
  return { tested: "server", name: "ws://localhost/?a&b", counts, cases };
}
