// The page of readyState and bufferedAmount: sends to a peer that reads slowly, and looks at both many
// times a second, because neither has an event.
import { formatSize } from "../format.ts";
import { ownSocket } from "../own-socket.ts";
import { find, make, setText } from "../page.ts";
import { lineStyles, Plot } from "../plot.ts";
import { markState, stateOf } from "../ready-state.ts";
import { RecentRows } from "../recent.ts";
import { startShell } from "../shell.ts";
import { texts } from "../texts.ts";

const mebibyte = 1024 * 1024;
const piece = new Uint8Array(64 * 1024);
/** Bytes a second. */
const rates = [mebibyte / 4, mebibyte, 4 * mebibyte, 16 * mebibyte];
const firstRate = 4 * mebibyte;
const lookEvery = 50;
const shownSpan = 30_000;

const connect = find("connect", HTMLButtonElement);
const close = find("close", HTMLButtonElement);
const rate = find("rate", HTMLSelectElement);
const sendButtons = document.querySelectorAll<HTMLButtonElement>("[data-send]");
const recent = new RecentRows(2, shownSpan);

startShell(tellAgain);
let said: () => string = () => texts.notConnected;
let socket: WebSocket | undefined;
let sent = 0;
let read = 0;
const plot = new Plot(find("plot", HTMLElement), {
  lines: lineStyles.slice(0, 2),
  x: shownSpan / 1000,
  formatX: (value) => `${value} s`,
  formatY: (value) => `${value} MiB`,
});

for (const value of rates) rate.append(new Option("", String(value)));
rate.value = String(firstRate);
connect.addEventListener("click", open);
close.addEventListener("click", () => socket?.close(1000));
for (const button of sendButtons) {
  button.addEventListener("click", () => send(Number(button.dataset.send) * mebibyte));
}
tellAgain();
setInterval(look, lookEvery);

function open(): void {
  const opened = new WebSocket(ownSocket(`lessons/slow?rate=${rate.value}`));
  socket = opened;
  sent = 0;
  read = 0;
  recent.clear();
  say(() => texts.connectingTo(opened.url));
  opened.onopen = () => say(() => texts.opened("", ""));
  opened.onmessage = ({ data }) => {
    read = JSON.parse(data).read;
  };
  opened.onclose = ({ code, reason, wasClean }) => {
    say(() => texts.closed(code, reason, wasClean));
    connect.focus();
  };
}

/** In pieces, as a page sends a file: send() takes them all at once and never waits. */
function send(size: number): void {
  for (let left = size; left > 0; left -= piece.length) socket?.send(piece);
  sent += size;
  say(() => texts.buffer.sending(formatSize(size)));
  look();
}

function look(): void {
  const state = stateOf(socket);
  const buffered = socket?.bufferedAmount ?? 0;
  markState(state);
  connect.disabled = state !== 3;
  rate.disabled = state !== 3;
  close.disabled = state > 1;
  for (const button of sendButtons) button.disabled = state !== 1;
  showBytes("sent", sent);
  showBytes("buffered", buffered);
  // Once it closes, a socket hands over no message: what the peer says it has read does not come.
  const known = state < 2 ? read : undefined;
  showBytes("on-way", known === undefined ? undefined : Math.max(0, sent - known - buffered));
  showBytes("read", known);
  if (state === 3) return;
  const unread = known === undefined ? null : (sent - known) / mebibyte;
  recent.add(performance.now(), [buffered / mebibyte, unread]);
  plot.show([recent.ages, ...recent.lines]);
}

function showBytes(id: string, bytes: number | undefined): void {
  const element = find(id, HTMLElement);
  element.dataset.value = String(bytes ?? "");
  setText(element, bytes === undefined ? "–" : formatSize(bytes));
}

function say(sentence: () => string): void {
  said = sentence;
  find("status", HTMLElement).textContent = sentence();
}

function tellAgain(): void {
  find("status", HTMLElement).textContent = said();
  for (const option of rate.options) {
    option.textContent = texts.buffer.perSecond(formatSize(Number(option.value)));
  }
  find("plot", HTMLElement).setAttribute("aria-label", texts.buffer.plot);
  find("legend", HTMLElement).replaceChildren(
    make("span", "key line-1", "bufferedAmount"),
    make("span", "key line-2", texts.buffer.unread),
  );
}
