/**
 * A server under test: dials it anew for each case, opens a WebSocket where the case starts on one, and
 * bounds the whole of it. The case judges; this file only says when there was nothing to judge.
 */
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Case, Finding, OpenCase, Surroundings } from "./case.ts";
import { Compression } from "./compression.ts";
import { text } from "./inputs.ts";
import { bounded } from "./longest-case.ts";
import { readMemory } from "./memory.ts";
import { readAnswer } from "./negotiation.ts";
import { findFaultIn101, formatHead, type Head, KEY, readHead, requestFields } from "./opening.ts";
import { describeEvent, failed, informational } from "./outcomes.ts";
import { Peer } from "./peer.ts";
import type { Played } from "./runner.ts";
import { Transcript } from "./transcript.ts";
import { Wire } from "./wire.ts";

export interface ServerSettings {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  /** How long one answer may take. Milliseconds. */
  readonly wait: number;
  readonly maxMessageSize?: number | undefined;
  readonly pid?: number | undefined;
  /** Accept any certificate. */
  readonly insecure?: boolean;
}

export class ServerUnderTest {
  readonly #settings: ServerSettings;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
  }

  /**
   * @param options.echo whether a message must come back too
   * @throws {Error} when no connection or no WebSocket can be had, or no echo: there is nothing to test then.
   */
  async probe({ echo }: { readonly echo: boolean }): Promise<void> {
    const transcript = new Transcript();
    const wire = await this.#dial();
    try {
      const opened = await this.#open(wire, transcript);
      if (typeof opened === "string") throw new Error(opened);
      const fault = echo ? await findFaultInEcho(opened) : undefined;
      if (fault !== undefined) throw new Error(fault);
    } finally {
      wire.destroy();
    }
  }

  async play(one: Case): Promise<Played> {
    const transcript = new Transcript();
    const opened: Wire[] = [];
    const dial = async () => {
      const wire = await this.#dial();
      opened.push(wire);
      return wire;
    };
    try {
      const finding = await bounded(this.#play(one, dial, transcript));
      return { ...finding, transcript: transcript.entries, left: transcript.left };
    } finally {
      for (const wire of opened) wire.destroy();
    }
  }

  async #play(one: Case, dial: () => Promise<Wire>, transcript: Transcript): Promise<Finding> {
    const surroundings = this.#surroundings(dial);
    if (one.kind === "answer") return informational("a case for clients");
    const wire = await dial();
    if (one.kind === "request") {
      const { url, wait } = this.#settings;
      return one.play(
        { wire, transcript, wait, target: targetOf(url), host: url.host },
        surroundings,
      );
    }
    const peer = await this.#open(wire, transcript, one.deflate);
    if (peer === "declined") return informational("the server declined the offer");
    return typeof peer === "string" ? failed(peer) : one.play(peer, surroundings);
  }

  #surroundings(dial: () => Promise<Wire>): Surroundings {
    const { pid, maxMessageSize } = this.#settings;
    return {
      maxMessageSize,
      memory: async () => (pid === undefined ? undefined : readMemory(pid)),
      another: async () => {
        const peer = await this.#open(await dial(), new Transcript());
        if (typeof peer === "string")
          throw new Error(`another connection could not be opened: ${peer}`);
        return peer;
      },
    };
  }

  async #dial(): Promise<Wire> {
    const { url, insecure = false, wait } = this.#settings;
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const isSecure = url.protocol === "wss:";
    const port = Number(url.port || (isSecure ? 443 : 80));
    const tcp = connectTcp({ host, port, allowHalfOpen: true });
    const timer = setTimeout(() => tcp.destroy(new Error("it does not answer")), wait + 3000);
    try {
      await once(tcp, "connect");
      if (!isSecure) return new Wire(tcp);
      const options = { rejectUnauthorized: !insecure, ALPNProtocols: ["http/1.1"], host };
      const tls = connectTls({ socket: tcp, ...options, ...nameFor(host) });
      await once(tls, "secureConnect");
      return new Wire(tls, tcp);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A peer, or why there is none; "declined" when it opened without the extension that was offered. */
  async #open(
    wire: Wire,
    transcript: Transcript,
    deflate?: OpenCase["deflate"],
  ): Promise<Peer | string> {
    const { url, wait } = this.#settings;
    const fields = requestFields(url.host);
    if (deflate) fields.push(["Sec-WebSocket-Extensions", deflate.offer]);
    const request = formatHead(`GET ${targetOf(url)} HTTP/1.1`, fields);
    transcript.add("suite", `GET ${targetOf(url)} HTTP/1.1`, request);
    wire.write(request);
    const reading = await readHead(wire, transcript, wait);
    if (reading.type !== "head") return "no answer to the opening handshake";
    const { head, status } = reading;
    if (status !== 101) return `the opening handshake was answered with ${head.line}`;
    const fault = findFaultIn101(head, KEY);
    return fault ?? this.#makePeer(wire, transcript, head, deflate);
  }

  #makePeer(
    wire: Wire,
    transcript: Transcript,
    head: Head,
    deflate: OpenCase["deflate"],
  ): Peer | string {
    const parts = { role: "client", wire, transcript, wait: this.#settings.wait } as const;
    const chosen = head.headers.get("sec-websocket-extensions");
    const answer = readAnswer(deflate?.offer ?? "", chosen);
    if (answer.type === "fault") return answer.sentence;
    if (deflate === undefined) return new Peer(parts);
    if (answer.type === "declined") return "declined";
    return new Peer({ ...parts, compression: new Compression(answer.terms, "server") });
  }
}

/** An ill-formed frame is none of its business: a case says more of it. */
async function findFaultInEcho(peer: Peer): Promise<string | undefined> {
  const sent = text("trunkline conform");
  peer.send(sent);
  const event = await peer.next();
  if (event.type === "fault") return undefined;
  if (event.type === "text" && event.payload.equals(sent.payload)) return undefined;
  return `it does not send each message back (after a text, ${describeEvent(event)} came)`;
}

function nameFor(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function targetOf(url: URL): string {
  return url.pathname + url.search;
}
