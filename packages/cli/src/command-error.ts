/** A user's mistake: one sentence for standard error, and the exit code. Never shown with a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** 1: it cannot start; 2: the command line is wrong. */
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
