// What the close codes mean: RFC 6455 section 7.4.1 and the IANA registry, in a few words each.

export const closeCodeNames: Readonly<Record<number, string>> = {
  1000: "normal",
  1001: "going away",
  1002: "protocol error",
  1003: "kind of data not accepted",
  1005: "the close had no code",
  1006: "no close came from the other side",
  1007: "invalid data, such as broken UTF-8",
  1008: "against the server's policy",
  1009: "message too big",
  1010: "an extension was missing",
  1011: "error in the server",
  1012: "the server restarts",
  1013: "try again later",
  1014: "bad answer behind a gateway",
  1015: "TLS failed",
};
