// Everything the pages say, in English. `words` always stand on a page, under the `data-…` attribute that
// names them; the rest is said while a page runs. `chinese.ts` has the same shape.

export const english = {
  words: {
    skip: "Skip to the page",
    navLabel: "Pages",
    navConsole: "Console",
    navEvents: "Four events",
    navBuffer: "States and buffer",
    navPush: "Server push",
    navPolling: "Polling",
    navBenchmark: "Benchmark",
    tutorialLink: "Tutorial",
    titleConsole: "Console – Trunkline",
    titleEvents: "The four events – Trunkline",
    titleBuffer: "readyState and bufferedAmount – Trunkline",
    titlePush: "Server push – Trunkline",
    titlePolling: "Polling and WebSocket – Trunkline",
    titleBenchmark: "Benchmark – Trunkline",
    connect: "Connect",
    disconnect: "Disconnect",
    close: "Close",
    send: "Send",
    start: "Start",
    stop: "Stop",
    console: "Console",
    connection: "Connection",
    address: "Address",
    protocols: "Subprotocols",
    optional: "optional",
    protocolsExample: "e.g. chat, v2",
    sendAs: "Send as",
    asText: "Text",
    asHex: "Hex",
    asFile: "File",
    message: "Message",
    hexMessage: "Bytes in hex",
    file: "File, sent as one binary message",
    messageHint: "Enter sends, Shift+Enter starts a new line.",
    hexHint: "For example: 48 65 6c 6c 6f",
    closing: "Close",
    code: "Code",
    reason: "Reason",
    codeHint: "1000, or 3000 to 4999.",
    log: "Log",
    copyAll: "Copy",
    clear: "Clear",
    show: "Show",
    showAll: "Everything",
    showMessages: "Messages",
    showSent: "Sent",
    showReceived: "Received",
    showEvents: "Events",
    search: "Search the log",
    searchPlaceholder: "Search",
    newest: "Newest",
    eventsHeading: "The four events",
    eventsLead:
      "Whatever happens to a WebSocket reaches the page as one of four events. Press the buttons and watch which of them come, in which order, and with what.",
    eventsTry: "Try it",
    sayHello: "Send “hello”",
    askClose: "Ask the server to close",
    askDrop: "Ask the server to drop the line",
    connectNowhere: "Connect where no socket is",
    eventsOpen: "The handshake succeeded: from now on send() works.",
    eventsMessage: "A whole message came, text or binary.",
    eventsError: "Something failed. The event does not say what; a close event always follows.",
    eventsClose:
      "The connection has ended: with a code, a reason, and whether both sides said goodbye.",
    eventsOrder: "In order",
    bufferHeading: "readyState and bufferedAmount",
    bufferLead:
      "This page sends to a server that reads slowly. send() never waits: what the peer has not read piles up on the way, and what has not left the browser is bufferedAmount. A page that sends without looking at it fills its own memory.",
    bufferTry: "The line",
    bufferRate: "The peer reads",
    bufferSend: "Send at once",
    bufferFacts: "Where the bytes are",
    factSent: "Given to send()",
    factOnWay: "On the way: browser, system, server",
    factRead: "Read by the peer",
    bufferPlot: "The last 30 seconds",
    bufferHint:
      "Press Close while bytes are waiting: the state is CLOSING until they have gone. No message comes to the page any more then, so what the peer has read is not known.",
    pushHeading: "Server push",
    pushLead:
      "After one handshake the server speaks when it has something to say. This page asked once; everything below came by itself.",
    pushClock: "The server’s clock",
    pushPages: "Pages connected",
    pushMessages: "Messages pushed here",
    pushRequests: "Requests made",
    pushAll: "Say something to every open page",
    pushText: "Text",
    pushHint: "Open this page in a second window and send: it appears in both at once.",
    pushSecond: "Open a second window",
    pushHeard: "Said so far",
    pollingHeading: "Polling and WebSocket, side by side",
    pollingLead:
      "One feed of numbered values, brought to this page in four ways at the same time. The bytes are what the server’s sockets really carried, headers included.",
    pollingRate: "Values a second",
    pollingTable: "What each way costs and brings",
    columnWay: "Way",
    columnValues: "Values a second",
    columnAge50: "Age, p50",
    columnAge95: "Age, p95",
    columnRequests: "Requests",
    columnUp: "Bytes to the server",
    columnDown: "Bytes to the page",
    columnEach: "Bytes for each value",
    wayPoll: "Polling every second",
    wayLongPoll: "Long polling",
    wayEvents: "Server-sent events",
    waySocket: "WebSocket",
    pollingAgePlot: "Age of the newest value, in milliseconds",
    pollingBytesPlot: "Bytes on the wire a second, both ways",
    pollingHow: "How this is counted",
    pollingHowBytes:
      "Bytes: read from the counters of the server’s TCP sockets before and after each request. A browser sends several kinds of request over one connection, one after the other, so what the connection carried between two answers belongs to the later request. Payload of TCP: its own headers and those of IP are not in it. Under TLS, the bytes inside it.",
    pollingHowAge:
      "Age: twenty times a second, how long ago the newest value that this page has was made; p50 and p95 of the last 30 seconds. Values 0.1 s apart are 0.05 s old on average even when they come at once.",
    pollingHowClock:
      "Clock: a value carries the server’s time. The difference between that clock and this page’s is measured by the quickest of many pings, and taken off.",
    pollingHowValues:
      "Values: a poll brings every value made since the one before, so all four bring the same feed.",
    benchHeading: "Benchmark",
    benchLead:
      "How fast this browser and this server exchange messages, by size. Each size runs until it has taken long enough to be measured, and the last batch counts.",
    benchDirection: "Direction",
    benchSend: "Send",
    benchReceive: "Receive",
    benchEcho: "Echo",
    benchKind: "Messages are",
    benchString: "String",
    benchThread: "Runs in",
    benchMain: "Main thread",
    benchWorker: "Worker",
    benchVerify: "Verify every message",
    benchFrom: "From",
    benchTo: "To",
    benchPlot: "Throughput against size",
    benchResults: "Results",
    benchCopy: "Copy as CSV",
    benchClear: "Clear",
    columnRun: "Run",
    columnSize: "Size",
    columnMessages: "Messages",
    columnTime: "Time",
    columnThroughput: "Throughput",
    columnRate: "Messages a second",
  },

  // RFC 6455 section 7.4.1 and the IANA registry, in a few words each.
  closeCodes: {
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
  } as Readonly<Record<number, string>>,

  none: "none",
  bytes: (count: number): string => `${count} B`,

  fileMissing: "Choose a file first.",
  fileUnreadable: (name: string): string => `“${name}” cannot be read. Choose it again.`,

  reasonLength: (bytes: number, limit: number): string => `${bytes} of ${limit} bytes`,

  copied: (count: number): string => `${count} ${count === 1 ? "entry" : "entries"} copied.`,
  copyFailed: "The browser did not allow copying.",
  logEmpty: "Nothing yet. Connect, and everything that goes over the line is listed here.",
  logNoMatch: "No entry matches.",
  counted: (shown: number, all: number): string =>
    shown === all ? `${all} ${all === 1 ? "entry" : "entries"}` : `${shown} of ${all} entries`,
  dropped: (count: number): string =>
    `${count} older ${count === 1 ? "entry was" : "entries were"} dropped: the log keeps the newest 5000.`,
  copyOne: "Copy message",
  cut: (shown: string, all: string): string => `The first ${shown} of ${all}.`,

  directions: { sent: "sent", received: "received", event: "event", problem: "problem" },
  kinds: {
    text: "text",
    binary: "binary",
    open: "open",
    close: "close",
    error: "error",
    connect: "connect",
  },
  emptyMessage: "(empty)",

  states: ["connecting", "open", "closing", "closed"] as readonly string[],

  notConnected: "Not connected.",
  connectingTo: (address: string): string => `Connecting to ${address}`,
  opened: (protocol: string, extensions: string): string => {
    const parts = [
      protocol === "" ? "" : `protocol ${protocol}`,
      extensions === "" ? "" : `extensions ${extensions}`,
    ].filter((part) => part !== "");
    return parts.length === 0 ? "Open" : `Open: ${parts.join(", ")}`;
  },
  closingWith: (code: number | undefined, reason: string): string => {
    if (code === undefined) return "Closing without a code";
    return reason === "" ? `Closing: code ${code}` : `Closing: code ${code}, “${reason}”`;
  },
  closed: (code: number, reason: string, wasClean: boolean): string => {
    const name = english.closeCodes[code];
    return [
      `Closed: code ${code}, ${wasClean ? "clean" : "not clean"}`,
      reason === "" ? "" : `, reason “${reason}”`,
      name === undefined ? "" : ` (${name})`,
    ].join("");
  },
  failedToOpen: (address: string, protocols: readonly string[]): string => {
    // A browser fails a connection whose server selected none of those that it was asked for.
    const unselected =
      protocols.length === 0
        ? ""
        : `, no use for the subprotocols asked for (${protocols.join(", ")})`;
    return `No connection to ${address}. Either nothing listens there, or the server refused: an unknown path, a foreign origin${unselected}. A browser does not tell a page which; the server's log does.`;
  },
  failedWhileOpen: "The connection failed.",

  addressMissing: "Enter an address, for example ws://localhost:9998/echo",
  addressUnreadable: (typed: string): string => `“${typed}” is not an address.`,
  addressScheme: (typed: string): string =>
    `An address starts with ws:// or wss://, “${typed}” does not.`,
  addressFragment: "An address has no fragment: remove the # and what follows it.",
  protocolName: (name: string): string =>
    `“${name}” is not a subprotocol's name: letters, digits and !#$%&'*+-.^_\`|~ only.`,
  protocolTwice: (name: string): string => `“${name}” is there twice: name each subprotocol once.`,
  refusedByBrowser: (message: string): string => `The browser refused: ${message}`,

  codeNotANumber: (typed: string): string =>
    `“${typed}” is not a close code: enter a whole number.`,
  codeNotAllowed: (typed: string): string =>
    `A page may close with 1000 or with 3000 to 4999, not with ${typed}.`,
  reasonTooLong: (bytes: number): string =>
    `A reason holds at most 123 bytes in UTF-8; this one has ${bytes}.`,
  reasonWithoutCode: "A reason needs a code: enter one, for example 1000.",

  hexNotADigit: (character: string): string => `“${character}” is not a hex digit (0-9, a-f).`,
  hexHalfAByte: (group: string): string =>
    `“${group}” ends with half a byte: each byte takes two digits.`,
  hexMissing: "Enter at least one byte, for example 48 69.",

  events: {
    connecting: "Connecting",
    sent: (text: string): string => `Sent “${text}”`,
    never: "not yet",
    count: (count: number): string => `${count} ×`,
  },

  buffer: {
    sending: (size: string): string => `Sent ${size} in pieces of 64 KiB`,
    perSecond: (size: string): string => `${size} a second`,
    plot: "A plot of bufferedAmount and of what the peer has not read; the numbers are beside it.",
    unread: "not read by the peer",
  },

  polling: {
    notRunning: "Not running. Press Start.",
    starting: "Starting.",
    running: "Running.",
    stopping: "Stopping: the last bytes are counted.",
    stopped: "Stopped; the numbers stand still.",
    gone: "The server has gone, or refused. Start again when it is back.",
    rate: (rate: string): string => `${rate} values a second`,
    milliseconds: (value: string): string => `${value} ms`,
    clock: (offset: string): string => `Measured: the clocks are ${offset} ms apart.`,
    agePlot: "A plot of the age of the newest value for each way; the table has the numbers.",
    bytesPlot: "A plot of the bytes on the wire a second for each way; the table has the totals.",
  },

  benchmark: {
    directions: { send: "send", receive: "receive", echo: "echo" },
    kinds: { string: "string", arraybuffer: "ArrayBuffer", blob: "Blob" },
    threads: { main: "main thread", worker: "Worker" },
    verified: "verified",
    ready: "Choose, and press Start.",
    running: (size: string, done: number, all: number): string => `${size} (${done + 1} of ${all})`,
    done: (count: number): string => `Done: ${count} ${count === 1 ? "size" : "sizes"}.`,
    stopped: "Stopped.",
    failed: (message: string): string => `It failed: ${message}`,
    bad: (count: number): string =>
      `${count} ${count === 1 ? "message was" : "messages were"} not what was sent.`,
    copied: "Copied.",
    empty: "Nothing measured yet.",
    plot: "A plot of throughput against message size; the table has the numbers.",
    perSecond: "MB/s",
    order: "From must not be larger than To.",
  },
};

/** The shape of a language. */
export type Texts = typeof english;
