/** What the command says when it listens: the address first, then who answers what. */

export interface StartFacts {
  /** Such as `http://localhost:9998`. */
  readonly url: string;
  /** The handlers folder as the user knows it; undefined for the built-in echo. */
  readonly handlers: string | undefined;
  readonly resources: readonly string[];
  readonly documentRoot: string | undefined;
  readonly config: string | undefined;
  readonly logFile: string | undefined;
  readonly hasConsole: boolean;
  readonly isLocal: boolean;
}

export function describeStart(facts: StartFacts): string {
  const { url, documentRoot, hasConsole } = facts;
  const lines = [
    `Trunkline listens on ${url}${facts.isLocal ? " (this machine only; -H opens it to others)" : ""}`,
    describeHandlers(facts),
  ];
  if (documentRoot !== undefined) lines.push(`  files     from ${documentRoot}`);
  if (hasConsole) lines.push(`  console   ${url}/_trunkline/`);
  if (facts.config !== undefined) lines.push(`  options   from ${facts.config}`);
  if (facts.logFile !== undefined) lines.push(`  log       to ${facts.logFile}`);
  lines.push("  Ctrl-C ends it.");
  return `${lines.join("\n")}\n`;
}

function describeHandlers({ url, handlers, resources }: StartFacts): string {
  const sockets = url.replace(/^http/, "ws");
  if (handlers === undefined) {
    return `  handlers  the built-in echo, at ${sockets}/echo (no -w, and no ./handlers here)`;
  }
  if (resources.length === 0) return `  handlers  none yet in ${handlers}`;
  return `  handlers  ${resources.join(", ")} (from ${handlers})`;
}
