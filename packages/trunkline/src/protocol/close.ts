/**
 * Close codes and reasons (RFC 6455, section 7.4): which may stand in a frame, and how a Close
 * frame's payload is read and written. Knows nothing of states.
 */
import type { Runtime } from "./runtime.ts";

export const NORMAL_CLOSURE = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const NO_STATUS_RECEIVED = 1005;
export const ABNORMAL_CLOSURE = 1006;
export const INVALID_PAYLOAD = 1007;
export const MESSAGE_TOO_BIG = 1009;
export const INTERNAL_ERROR = 1011;
export const TRY_AGAIN_LATER = 1013;

/** "All control frames MUST have a payload length of 125 bytes or less" (section 5.5), two of them the code. */
export const MAX_REASON_BYTES = 123;

/**
 * Whether a code may stand in a Close frame.
 *
 * 1004 is reserved; 1005, 1006 and 1015 "MUST NOT be set as a status code in a Close control frame".
 * 1012-1014 came later through the IANA registry that section 11.7 sets up. The rest of 1016-2999
 * is unassigned and 0-999 "are not used" (section 7.4.2).
 */
export function isSendableCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** The contents of a Close frame: 1005 stands for "no code" (section 7.1.5). */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** What is wrong with a Close frame's payload. */
export type CloseFault = "closeLength" | "closeCode" | "closeReason";

/** Reads `bytes[start, end)`, unmasked already. `unchecked`: a reason that is not UTF-8 is no fault, and lost. */
export function readClose(
  bytes: Uint8Array,
  start: number,
  end: number,
  runtime: Runtime,
  unchecked = false,
): Close | CloseFault {
  if (start === end) return { code: NO_STATUS_RECEIVED, reason: "" };
  // "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer" (5.5.1).
  if (end - start === 1) return "closeLength";
  const code = (bytes[start] << 8) | bytes[start + 1];
  if (!isSendableCode(code)) return "closeCode";
  const reason = runtime.decodeUtf8(bytes, start + 2, end);
  if (reason === undefined) return unchecked ? { code, reason: "" } : "closeReason";
  return { code, reason };
}

/** The payload of a Close frame; empty for 1005. */
export function encodeClose(code: number, reason: string, runtime: Runtime): Uint8Array {
  if (code === NO_STATUS_RECEIVED) return new Uint8Array(0);
  const payload = new Uint8Array(2 + runtime.utf8Length(reason));
  payload[0] = code >>> 8;
  payload[1] = code;
  if (reason !== "") runtime.writeUtf8(reason, payload, 2);
  return payload;
}
