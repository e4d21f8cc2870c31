/**
 * What a case is, and how one is written.
 *
 * A case is data: the rule that it proves (with a few words of the RFC), the class of input that it
 * plays (`title`), what is allowed (`allowed`), and `play`, which does it and says what came. Its id
 * is its group's name and a slug, unique in the suite and stable, since baselines name it.
 *
 * An "open" case starts on an open connection and plays in both directions: against a server that
 * echoes each message, as its client, and against a client that echoes, as its server. `peer.role`
 * is the only difference, and it decides the masking by itself. A "request" case writes the opening
 * handshake to a server under test; an "answer" case answers that of a client under test.
 *
 * Most cases need no `play` of their own: `outcomes.ts` has `echoes(...)` and `fails(...)`, whose
 * result is spread into the case:
 *
 *     { slug: "text-125", rule: LENGTH, title: "…", ...echoes([text(125)], [...]) }
 *
 * A group is a file in `cases/`, a table or a few loops over one, and is named in `cases/index.ts`.
 * Waits are the peer's (`peer.next()`), so that each is bounded; verdicts come from what arrived and
 * not from a time, where that can be.
 */
import type { Head } from "./opening.ts";
import type { Peer } from "./peer.ts";
import type { Transcript } from "./transcript.ts";
import type { Wire } from "./wire.ts";

/**
 * `pass`: to the letter. `tolerated`: the RFC allows it, but says or means something better.
 * `informational`: nothing to judge, or not supported where that is allowed. `fail`: against the RFC.
 */
export type Verdict = "pass" | "tolerated" | "informational" | "fail";

export const VERDICTS: readonly Verdict[] = ["pass", "tolerated", "informational", "fail"];

export interface Rule {
  readonly rfc: number;
  readonly section: string;
  /** A few words of it. */
  readonly sentence: string;
}

export function rfc6455(section: string, sentence: string): Rule {
  return { rfc: 6455, section, sentence };
}

export function rfc7692(section: string, sentence: string): Rule {
  return { rfc: 7692, section, sentence };
}

/** What a case found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What the tested side did, in one sentence or less. */
  readonly came: string;
  /** A measurement, which differs from run to run. */
  readonly note?: string;
}

/** What a case may use besides its connection. */
export interface Surroundings {
  /** The largest message that the tested side takes, where it is known. Bytes. */
  readonly maxMessageSize: number | undefined;
  /** The tested process's memory, where its pid was given. Bytes. */
  memory(): Promise<number | undefined>;
  /** Another open connection, to see that the tested side still serves; undefined where the suite is the server. */
  another?(): Promise<Peer>;
}

interface CaseParts {
  readonly slug: string;
  readonly rule: Rule;
  /** What is sent. */
  readonly title: string;
  /** What the tested side may do, strict answer first. */
  readonly allowed: string;
  /** The only side that it is for; both unless it is said. */
  readonly tested?: "server" | "client";
  /** Not while others run: it measures, or loads the machine. */
  readonly alone?: boolean;
  /** It waits for long without working, so it starts first. */
  readonly long?: boolean;
}

export interface OpenCase extends CaseParts {
  readonly kind: "open";
  /** Sec-WebSocket-Extensions: what a client offers; a server answers a client's offer with `answer`. */
  readonly deflate?: { readonly offer: string; readonly answer: string };
  play(peer: Peer, surroundings: Surroundings): Promise<Finding>;
}

/** A raw connection to a server under test, nothing sent yet. */
export interface RequestCase extends CaseParts {
  readonly kind: "request";
  play(dial: RawDial, surroundings: Surroundings): Promise<Finding>;
}

/** A connection of a client under test, whose request was read and not answered. */
export interface AnswerCase extends CaseParts {
  readonly kind: "answer";
  play(arrival: Arrival, surroundings: Surroundings): Promise<Finding>;
}

export interface RawDial {
  readonly wire: Wire;
  readonly transcript: Transcript;
  readonly wait: number;
  /** Request target and Host of the server under test. */
  readonly target: string;
  readonly host: string;
}

export interface Arrival {
  readonly wire: Wire;
  readonly transcript: Transcript;
  readonly wait: number;
  /** The request. */
  readonly head: Head;
  /** Names in lower case; repeated fields joined with ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** The value of Sec-WebSocket-Accept that answers the request. */
  readonly accept: string;
}

export type CaseDraft = OpenCase | RequestCase | AnswerCase;

export type Case = CaseDraft & { readonly id: string; readonly group: string };

/** Whether a case is for a server, or for a client, under test. */
export function isFor(one: Case, tested: "server" | "client"): boolean {
  if (one.kind === "request") return tested === "server";
  if (one.kind === "answer") return tested === "client";
  return (one.tested ?? tested) === tested;
}

export interface Group {
  readonly name: string;
  readonly title: string;
  /** No fewer cases than this, or the suite does not start: a table was broken. */
  readonly floor: number;
  readonly cases: readonly Case[];
}

/** @throws {Error} for a doubled slug, or fewer cases than the floor */
export function makeGroup(
  name: string,
  title: string,
  floor: number,
  drafts: readonly CaseDraft[],
): Group {
  const slugs = new Set<string>();
  for (const { slug } of drafts) {
    if (slugs.has(slug) || !/^[a-z0-9-]+$/.test(slug))
      throw new Error(`${name}/${slug} is doubled or ill-formed`);
    slugs.add(slug);
  }
  if (drafts.length < floor)
    throw new Error(`${name} has ${drafts.length} cases, below its ${floor}`);
  return {
    name,
    title,
    floor,
    cases: drafts.map((draft) => ({ ...draft, group: name, id: `${name}/${draft.slug}` })),
  };
}
