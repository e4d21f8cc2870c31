// The console: joins the line (one WebSocket) with the panels and the log.
// It talks to the address the user typed and to nothing else.
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";
import { CloseForm } from "./close-form.ts";
import { ConnectForm } from "./connect-form.ts";
import { Line, type LineClose, type LineListener } from "./line.ts";
import { LogView } from "./log-view.ts";
import { type Message, SendForm } from "./send-form.ts";

const factsInterval = 200;

startShell(tellAgain);
let address = "";
let askedProtocols: readonly string[] = [];
const listener: LineListener = { opened, received, closed };
const line = new Line(listener);
const log = new LogView();
const connectForm = new ConnectForm(connect);
const sendForm = new SendForm(send);
const closeForm = new CloseForm(({ code, reason }) => {
  log.addEvent("close", texts.closingWith(code, reason));
  line.close(code, reason);
  showState();
});
showState();
// bufferedAmount has no event: it is looked at.
setInterval(() => connectForm.show(line.facts), factsInterval);

function connect(to: string, protocols: string[]): void {
  try {
    line.open(to, protocols);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return connectForm.refuse(texts.refusedByBrowser(message));
  }
  address = to;
  askedProtocols = protocols;
  tell("connect", () => texts.connectingTo(to));
  showState();
}

function opened(): void {
  const { protocol, extensions } = line.facts;
  tell("open", () => texts.opened(protocol, extensions));
  showState();
  if (hasLostFocus()) sendForm.focus();
}

function received(data: string | Uint8Array): void {
  log.addMessage("received", data);
}

function send(message: Message): void {
  // The file may have been read for longer than the connection lasted.
  if (line.facts.state !== 1) return;
  line.send(message);
  log.addMessage("sent", message);
  connectForm.show(line.facts);
}

function closed({ code, reason, wasClean, wasOpen }: LineClose): void {
  const [to, protocols] = [address, askedProtocols];
  const ended = () => texts.closed(code, reason, wasClean);
  const failed = () => texts.failedToOpen(to, protocols);
  if (!wasOpen) tell("error", failed);
  log.addEvent("close", ended());
  connectForm.say(wasOpen ? ended : failed);
  showState();
  if (hasLostFocus()) connectForm.focus();
}

function tell(kind: "open" | "connect" | "error", sentence: () => string): void {
  log.addEvent(kind, sentence());
  connectForm.say(sentence);
}

/** The log stays as it was written. */
function tellAgain(): void {
  connectForm.sayAgain();
  closeForm.tellLength();
  log.tellCounts();
  showState();
}

function showState(): void {
  const { facts } = line;
  connectForm.show(facts);
  sendForm.enable(facts.state === 1);
  closeForm.enable(facts.state === 0 || facts.state === 1);
}

/** A button that was pressed and is now disabled leaves the keyboard nowhere. */
function hasLostFocus(): boolean {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.matches(":disabled");
}
