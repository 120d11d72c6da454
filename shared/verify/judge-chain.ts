import type { Suspicion } from "./finding.ts";

/** One age of an asset, as far as its chain goes. */
export interface Link {
  readonly age: number;
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array | undefined;
  /** Written while live tables were read: what comes before it may have been missed. */
  readonly inFlight: boolean;
}

/** What `asset_metadata` says of an asset: a row in flight is neither here nor there. */
export type LatestAge =
  | { readonly kind: "none" }
  | { readonly kind: "in-flight" }
  | { readonly kind: "age"; readonly age: number };

/** What is known of one asset, once whatever is in doubt has been recovered. */
export interface Chain {
  readonly table: string;
  readonly id: string;
  /** By age; streamed, since a chain may be longer than memory. */
  readonly links: Iterable<Link>;
}

/** How far a chain goes: -1 where it has no link. */
export interface Walked {
  readonly highestAge: number;
  readonly links: number;
  /** Whether any link is in flight, so that the end of the chain is not to be held against anything. */
  readonly inFlight: boolean;
  readonly suspicions: readonly Suspicion[];
}

/** Suspicions kept of one chain: a hole near the start of a long chain would else fill the memory. */
const SUSPICIONS = 20;

/** Walks one asset from age 0: no hole in its ages, and every record carries the hash of the one before. */
export function walkChain({ table, id, links }: Chain): Walked {
  const suspicions: Suspicion[] = [];
  const suspect = (check: Suspicion["check"], age: number, text: string) => {
    if (suspicions.length < SUSPICIONS) suspicions.push({ check, table, key: `${id}/${age}`, text });
  };
  let previous: Link | undefined;
  let count = 0;
  let inFlight = false;
  for (const link of links) {
    inFlight ||= link.inFlight;
    const expected = previous === undefined ? 0 : previous.age + 1;
    if (link.inFlight) previous = link;
    else if (link.age !== expected) suspect("age-missing", expected, missingAges(id, expected, link.age));
    else if (!follows(link, previous))
      suspect(
        "chain-broken",
        link.age,
        `record "${id}/${link.age}" does not carry the hash of the record before it`,
      );
    previous = link;
    count += 1;
  }
  return { highestAge: previous?.age ?? -1, links: count, inFlight, suspicions };
}

function missingAges(id: string, expected: number, found: number): string {
  const missing = expected === found - 1 ? `age ${expected}` : `ages ${expected} to ${found - 1}`;
  return `asset "${id}" has no ${missing}, but has age ${found}`;
}

function follows(link: Link, previous: Link | undefined): boolean {
  if (previous === undefined) return link.previousHash === undefined;
  return link.previousHash !== undefined && Buffer.from(previous.hash).equals(link.previousHash);
}

/**
 * Whether the asset can be written again: the ledger takes `latest_age` for the age to read, and the next one for
 * the age to write. Its own validator does not look at it.
 */
export function judgeLatestAge(chain: Chain, walked: Walked, latest: LatestAge): readonly Suspicion[] {
  const { id, table } = chain;
  const { highestAge } = walked;
  if (walked.inFlight || latest.kind === "in-flight" || (latest.kind === "none" && highestAge < 0)) return [];
  if (latest.kind === "none") {
    return [
      {
        check: "latest-age-differs",
        table,
        key: id,
        text: `asset "${id}" goes up to age ${highestAge}, but has no row in asset_metadata`,
      },
    ];
  }
  if (latest.age === highestAge) return [];
  const upTo = highestAge < 0 ? "has no record" : `goes up to age ${highestAge}`;
  return [
    {
      check: "latest-age-differs",
      table,
      key: id,
      text: `asset "${id}" ${upTo}, but its latest_age is ${latest.age}`,
    },
  ];
}

/** The highest age of an asset that any record names as its input. */
export interface HighestReference {
  readonly age: number;
  readonly by: string;
}

export function judgeReference(
  chain: Chain,
  highestAge: number,
  reference: HighestReference | undefined,
): readonly Suspicion[] {
  if (reference === undefined || reference.age <= highestAge) return [];
  const { id, table } = chain;
  const name = `${id}/${reference.age}`;
  return [
    {
      check: "input-missing",
      table,
      key: name,
      transaction: reference.by,
      text: `record "${name}" is an input of transaction "${reference.by}", but is not there`,
    },
  ];
}
