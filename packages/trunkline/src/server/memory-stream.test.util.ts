/** A stream and a request in memory, as node:http hands them to an `upgrade` listener. */
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";

export class MemoryStream extends Duplex {
  readonly #written: Buffer[] = [];

  /** Everything written so far. */
  get text(): string {
    return Buffer.concat(this.#written).toString("latin1");
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written.push(chunk);
    done();
  }
}

/** A GET with the headers given; each pair is a field of its own. */
export function makeRequest(
  url: string,
  fields: readonly (readonly [string, string])[],
  {
    method = "GET",
    httpVersion = "1.1",
  }: { readonly method?: string; readonly httpVersion?: string } = {},
): IncomingMessage {
  const raw = new IncomingMessage(new Socket());
  raw.url = url;
  raw.method = method;
  raw.httpVersion = httpVersion;
  raw.rawHeaders.push(...fields.flat());
  // As node:http joins them: cookies stay a list.
  const headers: IncomingMessage["headers"] = {};
  for (const [field, value] of fields) {
    const name = field.toLowerCase();
    if (name === "set-cookie") headers[name] = [...(headers[name] ?? []), value];
    else headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  raw.headers = headers;
  return raw;
}
