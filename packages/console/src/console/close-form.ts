// The panel that closes: code and reason, checked before the browser would throw.

import { find, showProblem } from "../page.ts";
import { texts } from "../texts.ts";
import {
  type CloseRequest,
  checkCode,
  checkReason,
  countReasonBytes,
  maxReasonBytes,
} from "./close-rules.ts";

export class CloseForm {
  readonly #code: HTMLInputElement = find("code", HTMLInputElement);
  readonly #reason: HTMLInputElement = find("reason", HTMLInputElement);
  readonly #codeProblem: HTMLElement = find("code-problem", HTMLElement);
  readonly #reasonProblem: HTMLElement = find("reason-problem", HTMLElement);
  readonly #length: HTMLElement = find("reason-length", HTMLElement);
  readonly #button: HTMLButtonElement = find("close", HTMLButtonElement);

  constructor(close: (request: CloseRequest) => void) {
    this.#reason.addEventListener("input", () => this.tellLength());
    this.tellLength();
    find("close-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const request = this.#read();
      if (request !== undefined) close(request);
    });
  }

  enable(enabled: boolean): void {
    this.#button.disabled = !enabled;
  }

  #read(): CloseRequest | undefined {
    const code = checkCode(this.#code.value);
    showProblem(this.#codeProblem, this.#code, code.ok ? "" : code.problem);
    if (!code.ok) {
      this.#code.focus();
      return undefined;
    }
    const reason = checkReason(this.#reason.value, code.value);
    showProblem(this.#reasonProblem, this.#reason, reason.ok ? "" : reason.problem);
    if (reason.ok) return { code: code.value, reason: reason.value };
    this.#reason.focus();
    return undefined;
  }

  tellLength(): void {
    const bytes = countReasonBytes(this.#reason.value);
    this.#length.textContent = texts.reasonLength(bytes, maxReasonBytes);
    this.#length.classList.toggle("over", bytes > maxReasonBytes);
  }
}
