// The panel that opens a connection: address, subprotocols, and the facts about the socket.
import { checkAddress, checkProtocols, echoAddress } from "./address.ts";
import type { LineFacts } from "./line.ts";
import { find, showProblem } from "./page.ts";
import { texts } from "./texts.ts";

const addressKey = "trunkline.address";
const protocolsKey = "trunkline.protocols";

export class ConnectForm {
  readonly #address: HTMLInputElement = find("address", HTMLInputElement);
  readonly #protocols: HTMLInputElement = find("protocols", HTMLInputElement);
  readonly #addressProblem: HTMLElement = find("address-problem", HTMLElement);
  readonly #protocolsProblem: HTMLElement = find("protocols-problem", HTMLElement);
  readonly #button: HTMLButtonElement = find("connect", HTMLButtonElement);
  readonly #status: HTMLElement = find("status", HTMLElement);
  readonly #pill: HTMLElement = find("pill", HTMLElement);

  constructor(connect: (address: string, protocols: string[]) => void) {
    this.#address.value = recall(addressKey) ?? echoAddress(location);
    this.#protocols.value = recall(protocolsKey) ?? "";
    this.say(texts.notConnected);
    find("connect-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(connect);
    });
  }

  say(sentence: string): void {
    this.#status.textContent = sentence;
  }

  refuse(problem: string): void {
    showProblem(this.#addressProblem, this.#address, problem);
  }

  focus(): void {
    this.#button.focus();
  }

  show({ state, protocol, extensions, bufferedAmount }: LineFacts): void {
    this.#button.disabled = state !== 3;
    this.#pill.dataset.state = String(state);
    setText(this.#pill, texts.states[state]);
    setText(find("ready-state", HTMLElement), `${state} ${texts.stateNames[state]}`);
    setText(find("protocol", HTMLElement), protocol || texts.none);
    setText(find("extensions", HTMLElement), extensions || texts.none);
    setText(find("buffered-amount", HTMLElement), texts.bytes(bufferedAmount));
  }

  #submit(connect: (address: string, protocols: string[]) => void): void {
    const address = checkAddress(this.#address.value, location.href);
    const protocols = checkProtocols(this.#protocols.value);
    showProblem(this.#addressProblem, this.#address, address.ok ? "" : address.problem);
    showProblem(this.#protocolsProblem, this.#protocols, protocols.ok ? "" : protocols.problem);
    if (!address.ok) return this.#address.focus();
    if (!protocols.ok) return this.#protocols.focus();
    remember(addressKey, this.#address.value);
    remember(protocolsKey, this.#protocols.value);
    connect(address.value, protocols.value);
  }
}

/** Written only when it changes: bufferedAmount is looked at several times a second. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

// The browser may deny storage (a private window, blocked cookies); then nothing is remembered.
function recall(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {}
}
