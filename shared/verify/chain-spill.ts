import type { SQLOutputValue } from "node:sqlite";
import type { InputReference } from "./asset-input.ts";
import type { AssetRow } from "./asset-row.ts";
import type { HighestReference, LatestAge, Link } from "./judge-chain.ts";
import { ATTACHED, type Scratch } from "./scratch.ts";

// What comes first is needed before the links are walked.
const LATEST = 0;
const REFERENCE = 1;
const LINK = 2;

/** How far a row can be relied on while the rest is not read yet. */
export interface Standing {
  /** Its transaction, where the row is in doubt: whether it counts is known only when all has been read. */
  readonly doubt: string | undefined;
  /** Written so lately, in live tables, that what belongs to it may not have been seen. */
  readonly inFlight: boolean;
}

/** What one asset's rows said, in the order in which they are walked. */
export interface AssetEntries {
  readonly namespace: string;
  readonly id: string;
  readonly latest: LatestAge;
  readonly reference: HighestReference | undefined;
  /** To be walked before the next asset is asked for. */
  readonly links: Iterable<Link>;
}

/** In place of a latest age that is in flight. */
const NEVER = -1;
const IN_FLIGHT = 1;

/** Brings records, `asset_metadata` and input references together by asset. */
export class ChainSpill {
  readonly #scratch: Scratch;
  readonly #write: ReturnType<Scratch["writer"]>;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    scratch.exec(
      "create table chain (ns text, id text, kind int, age int, hash blob, previous blob, doubt text, extra)",
    );
    this.#write = scratch.writer("insert into chain values (?, ?, ?, ?, ?, ?, ?, ?)");
  }

  addAsset(namespace: string, asset: AssetRow, { doubt, inFlight }: Standing): void {
    const flight = inFlight ? IN_FLIGHT : null;
    this.#write(
      namespace,
      asset.id,
      LINK,
      asset.age,
      asset.hash,
      asset.previousHash ?? null,
      doubt ?? null,
      flight,
    );
  }

  /** References to the record's own asset are not kept: a hole in the ages shows the same. */
  addReferences(
    namespace: string,
    asset: AssetRow,
    references: readonly InputReference[],
    by: string,
    standing: Standing,
  ): void {
    if (standing.inFlight) return;
    for (const { namespace: of, id, age } of references) {
      if (of !== namespace || id !== asset.id)
        this.#write(of, id, REFERENCE, age, null, null, standing.doubt ?? null, by);
    }
  }

  /** In doubt, `before` is the age that it goes back to, or `undefined` where there was none. */
  addLatestAge(
    namespace: string,
    id: string,
    latestAge: number,
    before: number | undefined,
    standing: Standing,
  ): void {
    const age = standing.inFlight ? NEVER : latestAge;
    this.#write(namespace, id, LATEST, age, null, null, standing.doubt ?? null, before ?? null);
  }

  /** Takes over what the attached spill holds. */
  merge(): void {
    this.#scratch.exec(`insert into chain select * from ${ATTACHED}.chain`);
  }

  /** Every asset once. `counts` says of a transaction whose rows are in doubt whether they go forward. */
  *assets(counts: (transaction: string) => boolean): Generator<AssetEntries> {
    const rows = new Peekable(
      this.#scratch.rows(
        "select ns, id, kind, age, hash, previous, doubt, extra from chain order by 1, 2, 3, 4, 5, 6, 7, 8",
      ),
    );
    for (let row = rows.peek(); row !== undefined; row = rows.peek()) {
      const [namespace, id] = row as [string, string];
      const ofThis = (next: readonly SQLOutputValue[]) => next[1] === id && next[0] === namespace;
      const latest = readLatest(rows, ofThis, counts);
      const reference = readReference(rows, ofThis, counts);
      const links = readLinks(rows, ofThis, counts);
      yield { namespace, id, latest, reference, links };
      // Whatever the caller did not walk is passed over.
      for (const _ of links);
    }
  }
}

type Counts = (transaction: string) => boolean;
type OfThis = (row: readonly SQLOutputValue[]) => boolean;

function readLatest(rows: Peekable, ofThis: OfThis, counts: Counts): LatestAge {
  let latest: LatestAge = { kind: "none" };
  for (const [, , , age, , , doubt, before] of rows.while((row) => ofThis(row) && row[2] === LATEST)) {
    if (age === NEVER) latest = { kind: "in-flight" };
    else if (doubt === null || counts(doubt as string)) latest = { kind: "age", age: age as number };
    else if (before !== null) latest = { kind: "age", age: before as number };
  }
  return latest;
}

function readReference(rows: Peekable, ofThis: OfThis, counts: Counts): HighestReference | undefined {
  let highest: HighestReference | undefined;
  for (const [, , , age, , , doubt, by] of rows.while((row) => ofThis(row) && row[2] === REFERENCE)) {
    if (doubt === null || counts(doubt as string)) highest = { age: age as number, by: by as string };
  }
  return highest;
}

function* readLinks(rows: Peekable, ofThis: OfThis, counts: Counts): Generator<Link> {
  for (const [, , , age, hash, previous, doubt, flight] of rows.while(
    (row) => ofThis(row) && row[2] === LINK,
  )) {
    if (doubt !== null && !counts(doubt as string)) continue;
    const previousHash = (previous as Uint8Array | null) ?? undefined;
    yield { age: age as number, hash: hash as Uint8Array, previousHash, inFlight: flight === IN_FLIGHT };
  }
}

/** Rows that can be looked at before they are taken. */
class Peekable {
  readonly #rows: Iterator<readonly SQLOutputValue[]>;
  #next: readonly SQLOutputValue[] | undefined;

  constructor(rows: Iterable<readonly SQLOutputValue[]>) {
    this.#rows = rows[Symbol.iterator]();
    this.#take();
  }

  peek(): readonly SQLOutputValue[] | undefined {
    return this.#next;
  }

  *while(belongs: (row: readonly SQLOutputValue[]) => boolean): Generator<readonly SQLOutputValue[]> {
    while (this.#next !== undefined && belongs(this.#next)) {
      const row = this.#next;
      this.#take();
      yield row;
    }
  }

  #take(): void {
    const turn = this.#rows.next();
    this.#next = turn.done === true ? undefined : turn.value;
  }
}
