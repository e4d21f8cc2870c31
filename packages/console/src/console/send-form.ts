// The panel that sends: text, bytes typed in hex, or a file as one binary message.
import { type Checked, passed, refused } from "../checked.ts";
import { find, showProblem } from "../page.ts";
import { texts } from "../texts.ts";
import { parseHex } from "./hex.ts";

export type Message = string | Uint8Array<ArrayBuffer>;

export class SendForm {
  readonly #form: HTMLFormElement = find("send-form", HTMLFormElement);
  readonly #text: HTMLTextAreaElement = find("message", HTMLTextAreaElement);
  readonly #hex: HTMLTextAreaElement = find("hex", HTMLTextAreaElement);
  readonly #file: HTMLInputElement = find("file", HTMLInputElement);
  readonly #problem: HTMLElement = find("send-problem", HTMLElement);
  readonly #button: HTMLButtonElement = find("send", HTMLButtonElement);

  constructor(send: (message: Message) => void) {
    this.#form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const message = await this.#read();
      showProblem(this.#problem, this.#input, message.ok ? "" : message.problem);
      if (!message.ok) return this.#input.focus();
      send(message.value);
      if (this.#input instanceof HTMLTextAreaElement) this.#input.select();
    });
    this.#form.addEventListener("change", () => this.#showInput());
    for (const area of [this.#text, this.#hex]) {
      area.addEventListener("keydown", (event) => this.#sendOnEnter(event));
    }
    // A reload may keep the choice of before.
    this.#showInput();
  }

  enable(enabled: boolean): void {
    this.#button.disabled = !enabled;
  }

  focus(): void {
    this.#input.focus();
  }

  get #kind(): string {
    return String(new FormData(this.#form).get("send-as"));
  }

  get #input(): HTMLTextAreaElement | HTMLInputElement {
    if (this.#kind === "hex") return this.#hex;
    return this.#kind === "file" ? this.#file : this.#text;
  }

  #showInput(): void {
    for (const field of this.#form.querySelectorAll<HTMLElement>("[data-for]")) {
      field.hidden = field.dataset.for !== this.#kind;
    }
    this.#problem.textContent = "";
  }

  #sendOnEnter(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a candidate.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!this.#button.disabled) this.#form.requestSubmit();
  }

  #read(): Checked<Message> | Promise<Checked<Message>> {
    if (this.#kind === "file") return readFile(this.#file.files?.[0]);
    return this.#kind === "hex" ? readHex(this.#hex.value) : passed(this.#text.value);
  }
}

function readHex(typed: string): Checked<Message> {
  const bytes = parseHex(typed);
  return bytes.ok && bytes.value.length === 0 ? refused(texts.hexMissing) : bytes;
}

async function readFile(file: File | undefined): Promise<Checked<Message>> {
  if (file === undefined) return refused(texts.fileMissing);
  try {
    return passed(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return refused(texts.fileUnreadable(file.name));
  }
}
