// What a page may put into a Close frame, said before the browser throws.
// Pure: no DOM. The rules are those of close(code, reason) in the WHATWG WebSockets standard.
import { type Checked, passed, refused } from "../checked.ts";
import { texts } from "../texts.ts";

export interface CloseRequest {
  readonly code: number | undefined;
  readonly reason: string;
}

/** RFC 6455 section 5.5: a control frame carries at most 125 bytes, and the code takes two. */
export const maxReasonBytes = 123;

export function countReasonBytes(reason: string): number {
  return new TextEncoder().encode(reason).length;
}

export function checkCode(input: string): Checked<number | undefined> {
  const typed = input.trim();
  if (typed === "") return passed(undefined);
  if (!/^\d+$/.test(typed)) return refused(texts.codeNotANumber(typed));
  const code = Number(typed);
  // "If code is not equal to 1000 and not in the range 3000 to 4999, throw InvalidAccessError."
  if (code === 1000 || (code >= 3000 && code <= 4999)) return passed(code);
  return refused(texts.codeNotAllowed(typed));
}

export function checkReason(reason: string, code: number | undefined): Checked<string> {
  const bytes = countReasonBytes(reason);
  // "If reasonBytes is longer than 123 bytes, then throw a SyntaxError."
  if (bytes > maxReasonBytes) return refused(texts.reasonTooLong(bytes));
  // A Close frame cannot hold a reason without a code, and browsers differ in what they then send.
  if (code === undefined && reason !== "") return refused(texts.reasonWithoutCode);
  return passed(reason);
}
