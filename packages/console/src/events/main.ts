// The page of the four events: one socket, and each event shown as it comes.
import { formatTime } from "../format.ts";
import { ownSocket } from "../own-socket.ts";
import { find, make } from "../page.ts";
import { markState, stateOf } from "../ready-state.ts";
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";

type EventName = "open" | "message" | "error" | "close";

const names: readonly EventName[] = ["open", "message", "error", "close"];
const counts = new Map<EventName, number>();
const story = find("story", HTMLOListElement);
const connect = find("connect", HTMLButtonElement);
const nowhere = find("nowhere", HTMLButtonElement);
let socket: WebSocket | undefined;

startShell(showCards);
connect.addEventListener("click", () => open(ownSocket("lessons/events")));
nowhere.addEventListener("click", () => open(ownSocket("lessons/nowhere")));
find("say-hello", HTMLButtonElement).addEventListener("click", () => say("hello"));
find("ask-close", HTMLButtonElement).addEventListener("click", () => say("close"));
find("ask-drop", HTMLButtonElement).addEventListener("click", () => say("drop"));
find("close", HTMLButtonElement).addEventListener("click", () => {
  socket?.close(1000, "the page is done");
  tell("", 'close(1000, "the page is done")');
});
find("clear", HTMLButtonElement).addEventListener("click", clear);
showCards();
showState();

function open(address: string): void {
  socket = new WebSocket(address);
  tell("", `${texts.events.connecting}: new WebSocket("${address}")`);
  socket.onopen = () => happened("open", "");
  socket.onmessage = ({ data }) => happened("message", `data: "${data}"`);
  socket.onerror = () => happened("error", "");
  socket.onclose = ({ code, reason, wasClean }) =>
    happened("close", `code: ${code}, reason: "${reason}", wasClean: ${wasClean}`);
}

function say(text: string): void {
  socket?.send(text);
  tell("", texts.events.sent(text));
}

function happened(name: EventName, details: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  tell(name, details);
  const last = document.querySelector(`#event-${name} .last`);
  if (last !== null) last.textContent = details;
  showCards();
}

/** Without a name, something that the page did. */
function tell(name: EventName | "", what: string): void {
  const item = document.createElement("li");
  item.className = name === "" ? "did" : "came";
  item.append(make("time", "time", formatTime(new Date())), make("code", "name", name));
  item.append(make("span", "what", what));
  story.append(item);
  while (story.childElementCount > 100) story.firstElementChild?.remove();
  item.scrollIntoView({ block: "nearest" });
  showState();
}

function showCards(): void {
  for (const name of names) {
    const card = find(`event-${name}`, HTMLLIElement);
    const count = counts.get(name) ?? 0;
    card.classList.toggle("came", count > 0);
    const times = card.querySelector(".times");
    if (times) times.textContent = count === 0 ? texts.events.never : texts.events.count(count);
  }
}

function showState(): void {
  const state = stateOf(socket);
  markState(state);
  connect.disabled = state !== 3;
  nowhere.disabled = state !== 3;
  find("close", HTMLButtonElement).disabled = state > 1;
  for (const id of ["say-hello", "ask-close", "ask-drop"]) {
    find(id, HTMLButtonElement).disabled = state !== 1;
  }
  // A button that was pressed and is now disabled leaves the keyboard nowhere.
  if (document.activeElement?.matches(":disabled")) connect.focus();
}

function clear(): void {
  counts.clear();
  story.replaceChildren();
  for (const last of document.querySelectorAll(".last")) last.textContent = "";
  showCards();
}
