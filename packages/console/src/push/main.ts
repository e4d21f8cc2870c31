// The page of server push: one handshake, and then the server speaks by itself.
import { formatTime } from "../format.ts";
import { ownSocket } from "../own-socket.ts";
import { find, make } from "../page.ts";
import { showState, stateOf } from "../ready-state.ts";
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";

interface Pushed {
  readonly kind: "tick" | "word";
  /** Milliseconds since 1970 by the server's clock. */
  readonly time: number;
  readonly pages: number;
  readonly text?: string;
}

const kept = 50;
const connect = find("connect", HTMLButtonElement);
const heard = find("heard", HTMLOListElement);
const text = find("text", HTMLInputElement);
let socket: WebSocket | undefined;
let requests = 0;
let messages = 0;

startShell(show);
connect.addEventListener("click", () => {
  if (stateOf(socket) === 3) open();
  else socket?.close(1000);
});
find("say", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value === "") return;
  socket?.send(text.value);
  text.select();
});
open();

function open(): void {
  socket = new WebSocket(ownSocket("lessons/push"));
  requests += 1;
  socket.onopen = show;
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = () => {
    find("pages", HTMLElement).textContent = "–";
    show();
  };
  show();
}

function take({ kind, time, pages, text: said }: Pushed): void {
  messages += 1;
  find("clock", HTMLElement).textContent = new Date(time).toLocaleTimeString("en-GB");
  find("pages", HTMLElement).textContent = String(pages);
  if (kind === "word") hear(formatTime(new Date(time)), said ?? "");
  show();
}

function hear(time: string, said: string): void {
  const item = document.createElement("li");
  item.append(make("time", "time", time), make("span", "what", said));
  heard.append(item);
  while (heard.childElementCount > kept) heard.firstElementChild?.remove();
}

function show(): void {
  const state = stateOf(socket);
  showState(find("pill", HTMLElement), state);
  connect.textContent = state === 3 ? texts.words.connect : texts.words.disconnect;
  find("send", HTMLButtonElement).disabled = state !== 1;
  find("messages", HTMLElement).textContent = String(messages);
  find("requests", HTMLElement).textContent = String(requests);
}
