/**
 * Sessions without a person: the lines of --execute, or what a pipe brings. Each tells when it ends;
 * docs/connect.md repeats it.
 */
import { ByteLineReader } from "../processes/line-reader.ts";
import { type ExitCode, readText, type Session } from "./session.ts";

export interface ScriptSettings {
  /** Milliseconds to listen, whatever comes; undefined: until all is answered. */
  readonly wait: number | undefined;
}

/** An answer that takes longer, in milliseconds, is none. */
export const PATIENCE = 10_000;

const UNANSWERED = {
  code: 4,
  sentence: `no answer came within ${PATIENCE / 1000} s; --wait sets how long to listen.`,
} as const;

/** One line after the other: each waits for its answer, or for --wait. A closed connection ends it. */
export async function runLines(
  session: Session,
  lines: readonly string[],
  { wait }: ScriptSettings,
): Promise<ExitCode> {
  if (!(await session.open())) return session.quit();
  for (const line of lines) {
    if (!session.isOpen) break;
    const before = session.answers;
    const owed = await session.take(line);
    if (owed === "end") break;
    if (wait !== undefined) await session.pass(wait);
    else if (owed === "answer" && !(await session.answered(before + 1, PATIENCE))) {
      return session.quit(UNANSWERED);
    }
  }
  return session.quit();
}

export interface PipeSettings extends ScriptSettings {
  /** Whether all that comes is one binary message. */
  readonly binary: boolean;
}

/** Each line is a message, as it is. After the last one it waits for as many answers, or for --wait. */
export async function runPipe(
  session: Session,
  input: AsyncIterable<Uint8Array>,
  { wait, binary }: PipeSettings,
): Promise<ExitCode> {
  if (!(await session.open())) return session.quit();
  let sent = 0;
  const messages: AsyncGenerator<Message> = binary ? join(input) : cut(input);
  for await (const data of untilClosed(messages, session)) {
    if (data === undefined) return session.quit(notText(sent + 1));
    await session.send(data);
    sent += 1;
  }
  if (wait !== undefined) await session.pass(wait);
  else if (!(await session.answered(sent, PATIENCE))) return session.quit(UNANSWERED);
  return session.quit();
}

function notText(line: number): { readonly code: ExitCode; readonly sentence: string } {
  const sentence = `line ${line} of the input is not UTF-8; --binary sends all of it as one binary message.`;
  return { code: 2, sentence };
}

/** Undefined stands for a line that is no text. */
type Message = string | Uint8Array | undefined;

async function* cut(input: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const lines: Message[] = [];
  const reader = new ByteLineReader({
    limit: Number.POSITIVE_INFINITY,
    onLine: (bytes) => lines.push(readText(bytes)),
  });
  for await (const chunk of input) {
    reader.feed(Buffer.from(chunk));
    yield* lines.splice(0);
  }
  reader.end();
  yield* lines;
}

async function* join(input: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  if (chunks.length > 0) yield Buffer.concat(chunks);
}

/** Whoever writes into the pipe may go on after the connection is closed: nobody waits for that. */
async function* untilClosed<T>(items: AsyncGenerator<T>, session: Session): AsyncGenerator<T> {
  // One reaction to the end, not one for each item: a promise keeps them all until it settles.
  let wake = (): void => {};
  session.closed.then(() => wake());
  while (session.isOpen) {
    const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
      wake = () => resolve(undefined);
      items.next().then(resolve, reject);
    });
    if (next === undefined || next.done) return;
    yield next.value;
  }
}
