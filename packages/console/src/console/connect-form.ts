// The panel that opens a connection: address, subprotocols, and the facts about the socket.

import { find, recall, remember, setText, showProblem } from "../page.ts";
import { showState, stateNames } from "../ready-state.ts";
import { texts } from "../texts.ts";
import { checkAddress, checkProtocols, echoAddress } from "./address.ts";
import type { LineFacts } from "./line.ts";

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
  #said: () => string = () => "";

  constructor(connect: (address: string, protocols: string[]) => void) {
    this.#address.value = recall("session", addressKey) ?? echoAddress(location);
    this.#protocols.value = recall("session", protocolsKey) ?? "";
    this.say(() => texts.notConnected);
    find("connect-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(connect);
    });
  }

  /** A function, because the language may change while the sentence stands. */
  say(sentence: () => string): void {
    this.#said = sentence;
    this.#status.textContent = sentence();
  }

  sayAgain(): void {
    this.say(this.#said);
  }

  refuse(problem: string): void {
    showProblem(this.#addressProblem, this.#address, problem);
  }

  focus(): void {
    this.#button.focus();
  }

  show({ state, protocol, extensions, bufferedAmount }: LineFacts): void {
    this.#button.disabled = state !== 3;
    showState(this.#pill, state);
    setText(find("ready-state", HTMLElement), `${state} ${stateNames[state]}`);
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
    remember("session", addressKey, this.#address.value);
    remember("session", protocolsKey, this.#protocols.value);
    connect(address.value, protocols.value);
  }
}
