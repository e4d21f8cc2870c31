/** The results as data, for `--json` and for baselines: in the order of the cases, and the same in each run but for times and notes. */
import type { Verdict } from "./case.ts";
import type { Result } from "./runner.ts";
import { type Counts, countVerdicts } from "./summary.ts";
import type { Entry } from "./transcript.ts";

export interface ReportedCase {
  readonly id: string;
  readonly group: string;
  readonly rule: { readonly rfc: number; readonly section: string; readonly sentence: string };
  readonly title: string;
  readonly allowed: string;
  readonly verdict: Verdict;
  readonly came: string;
  readonly note?: string;
  readonly milliseconds: number;
  readonly transcript: readonly Entry[];
  /** Entries that the transcript leaves out at its end. */
  readonly left: number;
}

export interface Report {
  /** "server" or "client": what was tested. */
  readonly tested: "server" | "client";
  /** Its address, or the name that it gave itself. */
  readonly name: string;
  readonly counts: Counts;
  readonly cases: readonly ReportedCase[];
}

export function makeReport(
  tested: Report["tested"],
  name: string,
  results: readonly Result[],
): Report {
  return { tested, name, counts: countVerdicts(results), cases: results.map(reportCase) };
}

function reportCase(result: Result): ReportedCase {
  const { id, group, rule, title, allowed } = result.case;
  const { verdict, came, note, milliseconds, transcript, left } = result;
  return {
    id,
    group,
    rule,
    title,
    allowed,
    verdict,
    came,
    ...(note !== undefined && { note }),
    milliseconds: Math.round(milliseconds * 10) / 10,
    transcript,
    left,
  };
}

/** `RFC 6455, section 5.2: the sentence` */
export function sentenceOf({ rfc, section, sentence }: ReportedCase["rule"]): string {
  return `RFC ${rfc}, section ${section}: ${sentence}`;
}
