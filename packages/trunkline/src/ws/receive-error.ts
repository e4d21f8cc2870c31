/**
 * What a peer did wrong, as the error that programs for `ws` know: its class, message and `code`.
 * The sentence that the peer gets in its Close is the core's own.
 */
import { type Failure, type FailureName, failures } from "../protocol/failures.ts";

interface Shape {
  readonly code: string;
  /** With a space at its end the number that was found goes behind it. */
  readonly message: string;
  readonly type: ErrorConstructor;
}

const frame = (code: string, what: string, type: ErrorConstructor = RangeError): Shape => ({
  code,
  message: `Invalid WebSocket frame: ${what}`,
  type,
});

const shapes: Readonly<Record<FailureName, Shape>> = {
  reservedBits: frame("WS_ERR_UNEXPECTED_RSV_2_3", "RSV2 and RSV3 must be clear"),
  compressedUnasked: frame("WS_ERR_UNEXPECTED_RSV_1", "RSV1 must be clear"),
  compressedContinuation: frame("WS_ERR_UNEXPECTED_RSV_1", "RSV1 must be clear"),
  reservedOpcode: frame("WS_ERR_INVALID_OPCODE", "invalid opcode "),
  nothingToContinue: frame("WS_ERR_INVALID_OPCODE", "invalid opcode 0"),
  messageInterrupted: frame("WS_ERR_INVALID_OPCODE", "invalid opcode "),
  unmaskedFromClient: frame("WS_ERR_EXPECTED_MASK", "MASK must be set"),
  maskedFromServer: frame("WS_ERR_UNEXPECTED_MASK", "MASK must be clear"),
  controlFragmented: frame("WS_ERR_EXPECTED_FIN", "FIN must be set"),
  controlTooLong: frame("WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "invalid payload length "),
  closeLength: frame("WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "invalid payload length 1"),
  closeCode: frame("WS_ERR_INVALID_CLOSE_CODE", "invalid status code "),
  closeReason: frame("WS_ERR_INVALID_UTF8", "invalid UTF-8 sequence", Error),
  textNotUtf8: frame("WS_ERR_INVALID_UTF8", "invalid UTF-8 sequence", Error),
  // `ws` takes a length in more bytes than it needs; RFC 6455, section 5.2 does not.
  lengthNotMinimal: frame("WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", "length not minimal"),
  lengthSign: {
    code: "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
    message: "Unsupported WebSocket frame: payload length > 2^53 - 1",
    type: RangeError,
  },
  messageTooBig: {
    code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
    message: "Max payload size exceeded",
    type: RangeError,
  },
  tooManyFragments: {
    code: "WS_ERR_TOO_MANY_BUFFERED_PARTS",
    message: "Too many message fragments",
    type: RangeError,
  },
  tooManyPieces: {
    code: "WS_ERR_TOO_MANY_BUFFERED_PARTS",
    message: "Too many buffered chunks",
    type: RangeError,
  },
  // Ours, not the peer's.
  internalError: { code: "ERR_INTERNAL", message: "The codec failed", type: Error },
  // What zlib calls it.
  compressedDataCorrupt: { code: "Z_DATA_ERROR", message: "invalid compressed data", type: Error },
};

const byFailure = new Map<Failure, Shape>(
  // The keys of the catalogue are its names.
  (Object.keys(failures) as FailureName[]).map((name) => [failures[name], shapes[name]]),
);

/** The error for a failure of the catalogue; `found` is the number that must not be there. */
export function receiveError(failure: Failure, found?: number): Error & { code: string } {
  const { code, message, type: Type } = byFailure.get(failure) ?? shapes.reservedOpcode;
  const whole = message.endsWith(" ") ? `${message}${found}` : message;
  return Object.assign(new Type(whole), { code });
}
