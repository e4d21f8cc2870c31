/**
 * Shows a text in the user's pager: `$PAGER`, else `less`. Without one it is written as it is. The
 * command's own environment decides; `LESS` gets what keeps styles and lets a short text stand.
 */
import { spawn } from "node:child_process";

export interface PagerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where there is no pager. */
  write(text: string): unknown;
}

/** Settles when the pager has ended. */
export async function page(text: string, { environment, write }: PagerOptions): Promise<void> {
  const pager = environment.PAGER ?? "less -R";
  const hasShown = pager.trim() !== "" && (await show(text, pager, environment));
  if (!hasShown) write(text);
}

/** What a shell says when it finds no such program, or may not run it. */
const MISSING: readonly (number | null)[] = [126, 127];

function show(
  text: string,
  pager: string,
  environment: PagerOptions["environment"],
): Promise<boolean> {
  return new Promise((resolve) => {
    // A shell, because $PAGER may have arguments.
    const child = spawn(pager, {
      shell: true,
      stdio: ["pipe", "inherit", "ignore"],
      env: { LESS: "FRX", ...environment },
    });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(!MISSING.includes(code)));
    // Whoever pages may leave before the end.
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  });
}
