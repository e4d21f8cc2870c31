/**
 * The catalogue of what a peer can do wrong on an open connection: the close code it gets, the
 * sentence that travels in the Close frame, and the section whose rule it broke. A peer's fault is
 * a value, never an exception.
 */

export interface Failure {
  /** Close code for the peer (RFC 6455, section 7.4.1). */
  readonly code: number;
  /** At most 123 bytes; goes into the Close frame. */
  readonly reason: string;
  /** Section of RFC 6455, or of RFC 7692 where it says so. */
  readonly section: string;
}

export type FailureName = keyof typeof failures;

export const failures = {
  reservedBits: {
    code: 1002,
    reason: "a reserved bit, RSV2 or RSV3, is set and no negotiated extension gives it a meaning",
    section: "5.2",
  },
  compressedUnasked: {
    code: 1002,
    reason: "a reserved bit, RSV1, is set and no negotiated extension gives it a meaning",
    section: "5.2",
  },
  reservedOpcode: { code: 1002, reason: "the opcode is reserved", section: "5.2" },
  unmaskedFromClient: {
    code: 1002,
    reason: "a frame from a client must be masked",
    section: "5.1",
  },
  maskedFromServer: {
    code: 1002,
    reason: "a frame from a server must not be masked",
    section: "5.1",
  },
  controlFragmented: {
    code: 1002,
    reason: "a control frame must not be fragmented",
    section: "5.5",
  },
  controlTooLong: {
    code: 1002,
    reason: "a control frame carries at most 125 bytes",
    section: "5.5",
  },
  lengthNotMinimal: {
    code: 1002,
    reason: "the payload length must use the fewest bytes that hold it",
    section: "5.2",
  },
  lengthSign: {
    code: 1002,
    reason: "the most significant bit of a 64-bit length must be 0",
    section: "5.2",
  },
  nothingToContinue: {
    code: 1002,
    reason: "a continuation frame came with no message to continue",
    section: "5.4",
  },
  messageInterrupted: {
    code: 1002,
    reason: "a new message began before the fragmented one ended",
    section: "5.4",
  },
  compressedContinuation: {
    code: 1002,
    reason: "RSV1 may be set on a message's first fragment only",
    section: "RFC 7692, 6.1",
  },
  closeLength: {
    code: 1002,
    reason: "a Close frame's body must be empty or begin with a two-byte code",
    section: "5.5.1",
  },
  closeCode: {
    code: 1002,
    reason: "the code in the Close frame must not be sent",
    section: "7.4",
  },
  closeReason: {
    code: 1007,
    reason: "the reason in the Close frame is not UTF-8",
    section: "5.5.1",
  },
  textNotUtf8: { code: 1007, reason: "a text message is not UTF-8", section: "8.1" },
  messageTooBig: {
    code: 1009,
    reason: "the message is larger than this endpoint accepts",
    section: "7.4.1",
  },
  tooManyFragments: {
    code: 1008,
    reason: "the message has more fragments than this endpoint accepts",
    section: "10.4",
  },
  tooManyPieces: {
    code: 1008,
    reason: "a frame came in more pieces than this endpoint accepts",
    section: "10.4",
  },
  internalError: { code: 1011, reason: "an internal error", section: "7.4.1" },
  compressedDataCorrupt: {
    code: 1007,
    reason: "the compressed data cannot be inflated",
    section: "RFC 7692, 7.2.2",
  },
} as const;
