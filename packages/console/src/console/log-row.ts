// Makes the row of one log entry. A message is a <details>: opened with mouse or keyboard, it shows
// the whole of what was kept, made only then, so that a thousand rows stay cheap.
import { formatSize, formatTime, layOutJson } from "../format.ts";
import { copyText, make } from "../page.ts";
import { texts } from "../texts.ts";
import { formatHex, formatHexDump } from "./hex.ts";
import type { Entry } from "./log.ts";

const previewLength = 300;
const previewBytes = 48;

export function makeRow(entry: Entry): HTMLLIElement {
  const row = document.createElement("li");
  row.className = `row ${entry.direction}`;
  row.append(entry.size === undefined ? makeEvent(entry) : makeMessage(entry));
  return row;
}

/** An entry as one line of plain text, for the clipboard. */
export function describe(entry: Entry): string {
  const size = entry.size === undefined ? "" : `${entry.size} B`;
  const { directions, kinds } = texts;
  const columns = [directions[entry.direction], kinds[entry.kind], size, describeBody(entry.body)];
  return [formatTime(entry.time), ...columns].join("\t");
}

function describeBody(body: string | Uint8Array): string {
  return typeof body === "string" ? body : formatHex(body);
}

function makeEvent(entry: Entry): HTMLElement {
  const line = make("div", "line", "");
  line.append(...makeColumns(entry), make("span", "preview", describeBody(entry.body)));
  return line;
}

function makeMessage(entry: Entry): HTMLElement {
  const details = document.createElement("details");
  const line = make("summary", "line", "");
  line.append(...makeColumns(entry), makePreview(entry));
  details.append(line);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(makeBody(entry, details));
  });
  return details;
}

function makeColumns(entry: Entry): HTMLElement[] {
  const size = make("span", "size", entry.size === undefined ? "" : formatSize(entry.size));
  if (entry.size !== undefined) size.title = texts.bytes(entry.size);
  return [
    make("time", "time", formatTime(entry.time)),
    make("span", "direction", texts.directions[entry.direction]),
    make("span", "kind", texts.kinds[entry.kind]),
    size,
  ];
}

function makePreview({ body, size }: Entry): HTMLElement {
  if (size === 0) return make("span", "preview none", texts.emptyMessage);
  if (typeof body === "string") return make("span", "preview", body.slice(0, previewLength));
  return make("span", "preview", formatHex(body.subarray(0, previewBytes)));
}

function makeBody(entry: Entry, details: HTMLElement): HTMLElement {
  const body = make("div", "body", "");
  const copy = make("button", "copy", texts.copyOne);
  copy.addEventListener("click", async () => {
    const copied = await copyText(describeBody(entry.body));
    copy.textContent = copied ? texts.copied(1) : texts.copyFailed;
  });
  const wide = details.clientWidth > 620;
  // Focusable, because a long message scrolls inside its own box.
  const content = make("pre", "content", layOutBody(entry, wide ? 16 : 8));
  content.tabIndex = 0;
  body.append(content, copy);
  if (!entry.whole) body.append(make("p", "hint", describeCut(entry)));
  return body;
}

function layOutBody({ body, whole }: Entry, width: number): string {
  if (typeof body !== "string") return formatHexDump(body, width);
  return (whole ? layOutJson(body) : undefined) ?? body;
}

function describeCut({ body, size }: Entry): string {
  const kept = typeof body === "string" ? new TextEncoder().encode(body).length : body.length;
  return texts.cut(formatSize(kept), formatSize(size ?? kept));
}
