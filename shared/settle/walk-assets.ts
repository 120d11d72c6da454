import type { SQLOutputValue } from "node:sqlite";
import type { Scope } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import { ledgerNamespaceOf } from "../verify/table-role.ts";
import { COMMITTED } from "../verify/transaction-row.ts";
import type { ChangeList } from "./change-list.ts";
import { ASSET } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";
import type { Signs } from "./signs.ts";

// In the order in which they are needed.
const READ = 0;
const RECORDS = 1;
const LATEST = 2;

/** Everything of one asset comes together; records of long ago as runs of ages. */
const BY_ASSET = `
  select ns, id, ${READ} as kind, age, age as till, tx, null as state, null as prepared, null as last_prepared, committed,
    null as row_key, null as place from old_read
  union all select ns, id, ${RECORDS}, age, till, tx, null, prepared, last_prepared, committed, row_key, place from run
  union all select ns, id, ${RECORDS}, age, age, tx, state, prepared, prepared, committed, row_key, place
    from near_row where kind = ${ASSET}
  union all select ns, id, ${LATEST}, age, age, tx, state, null, null, null, row_key, place from latest
  order by 1, 2, 3, 4, 6`;

/** A line of what is known of one asset. `state` is NULL for records of long ago. */
interface Line {
  readonly namespace: string;
  readonly id: string;
  readonly kind: number;
  readonly age: number;
  readonly till: number;
  readonly transaction: string;
  readonly state: number | null;
  readonly preparedMs: number | null;
  readonly lastPreparedMs: number | null;
  readonly committedMs: number | null;
  readonly key: string;
  readonly place: number;
}

interface Asset {
  readonly namespace: string;
  readonly id: string;
  /** By a record of long ago. */
  read: Line | undefined;
  /** The lowest age there is, standing or not. */
  first: Line | undefined;
  previous: Line | undefined;
  /** The last of the records that stand, which have no hole before it. */
  highest: Line | undefined;
  latest: Line | undefined;
}

interface Walking {
  readonly scope: Scope;
  readonly scratch: Scratch;
  readonly times: SettlingTimes;
  readonly changes: ChangeList;
  readonly signs: Signs;
}

/**
 * Walks every asset once: its latest age as it must be, and whatever says that a record of long ago would be lost, or
 * that clocks were farther apart than the bound.
 */
export function walkAssets(walking: Walking): void {
  const walk = new AssetWalk(walking);
  for (const row of walking.scratch.rows(BY_ASSET)) walk.take(lineOf(row));
  walk.finish();
}

class AssetWalk {
  readonly #times: SettlingTimes;
  readonly #changes: ChangeList;
  readonly #signs: Signs;
  readonly #whenCommitted: ReturnType<Scratch["finder"]>;
  readonly #isDropped: ReturnType<Scratch["finder"]>;
  /** Place of `asset_metadata` by namespace, where it has any rows: with direct asset access it has none. */
  readonly #metadata: ReadonlyMap<string, number>;
  #asset: Asset | undefined;

  constructor({ scope, scratch, times, changes, signs }: Walking) {
    this.#times = times;
    this.#changes = changes;
    this.#signs = signs;
    this.#whenCommitted = scratch.finder("select at from transactions where tx = ?");
    this.#isDropped = scratch.finder("select 1 from dropped where tx = ?");
    this.#metadata = metadataPlaces(scope, scratch);
  }

  take(line: Line): void {
    if (this.#asset?.id !== line.id || this.#asset.namespace !== line.namespace) {
      this.finish();
      this.#asset = newAsset(line);
    }
    const asset = this.#asset;
    switch (line.kind) {
      case READ:
        if (asset.read?.age !== line.age) asset.read = line;
        break;
      case RECORDS:
        this.#takeRecords(asset, line);
        break;
      default:
        asset.latest = line;
    }
  }

  finish(): void {
    if (this.#asset === undefined) return;
    const { read, highest } = this.#asset;
    if (read !== undefined && read.age > ageOf(highest))
      this.#signs.old(read, `needs record "${nameOf(read)}"`);
    if (this.#metadata.has(this.#asset.namespace)) this.#judgeLatest(this.#asset);
  }

  #takeRecords(asset: Asset, line: Line): void {
    const { previous } = asset;
    asset.first ??= line;
    asset.previous = line;
    const isOld = line.state === null;
    if (isOld && previous?.state != null) this.#judgeOrder(previous, line);
    if (!isOld && this.#isDropped(line.transaction) !== undefined) return;
    if (line.age === ageOf(asset.highest) + 1) asset.highest = line;
    else if (isOld) this.#signs.old(line, `wrote "${nameOf(line)}" after a record`);
  }

  /** An age is written by whoever has read the one before it. */
  #judgeOrder(before: Line, after: Line): void {
    const [atMs] = this.#whenCommitted(before.transaction) ?? [];
    const committedMs = before.committedMs ?? (atMs as number | null | undefined) ?? null;
    if (committedMs === null || after.preparedMs === null || before.till + 1 !== after.age) return;
    if (after.preparedMs < committedMs - 2 * this.#times.boundMs)
      this.#signs.clocks(after.transaction, after.preparedMs, `followed on "${nameOf(before)}"`);
  }

  #judgeLatest({ namespace, first, highest, latest }: Asset): void {
    const isKept = latest !== undefined && this.#isDropped(latest.transaction) === undefined;
    if (latest !== undefined && isKept && latest.age > ageOf(highest))
      this.#signs.old({ ...latest, committedMs: null }, `wrote "${nameOf(latest)}"`);
    const found = { transaction: latest?.transaction ?? "", state: latest?.state ?? null };
    if (highest === undefined) {
      if (latest !== undefined) this.#changes.add(latest.place, { kind: "remove", key: latest.key, found });
      return;
    }
    if (latest !== undefined && isLatest(latest, highest)) return;
    this.#judgeLag(highest, latest, isKept);
    this.#changes.add(latest?.place ?? this.#metadata.get(namespace) ?? 0, {
      kind: "metadata",
      key: latest?.key ?? first?.key ?? "",
      found,
      age: highest.till,
      transaction: highest.transaction,
      preparedMs: highest.lastPreparedMs ?? 0,
      committedMs: this.#committedMs(highest),
    });
  }

  /** Whoever committed by then had prepared all of its rows before anything was cut: none can be missing. */
  #judgeLag(highest: Line, latest: Line | undefined, isKept: boolean): void {
    const isBehind =
      latest === undefined || (isKept && latest.state === COMMITTED && latest.age < highest.age);
    const at = this.#committedMs(highest);
    if (highest.state === null || at <= this.#times.nearMs || !isBehind) return;
    this.#signs.clocks(
      highest.transaction,
      at,
      `wrote "${nameOf(highest)}", and asset_metadata does not know of it`,
    );
  }

  #committedMs({ transaction, committedMs }: Line): number {
    return committedMs ?? (this.#whenCommitted(transaction)?.[0] as number | null | undefined) ?? 0;
  }
}

function newAsset({ namespace, id }: Line): Asset {
  return {
    namespace,
    id,
    read: undefined,
    first: undefined,
    previous: undefined,
    highest: undefined,
    latest: undefined,
  };
}

function ageOf(highest: Line | undefined): number {
  return highest?.till ?? -1;
}

function nameOf({ namespace, id, age }: Line): string {
  return `${namespace}:${id}/${age}`;
}

/** An imported record has no transaction, so there is none to compare. */
function isLatest(latest: Line, highest: Line): boolean {
  const isSame = highest.transaction === "" || latest.transaction === highest.transaction;
  return latest.age === highest.till && isSame && (latest.state ?? COMMITTED) === COMMITTED;
}

function metadataPlaces({ tables, namespaces }: Scope, scratch: Scratch): ReadonlyMap<string, number> {
  const withRows = new Set([...scratch.rows("select distinct ns from latest")].map(([name]) => name));
  return new Map(
    tables.flatMap(({ schema }, place): [string, number][] => {
      const namespace = ledgerNamespaceOf(schema.namespace, namespaces) ?? schema.namespace;
      return schema.role === "asset_metadata" && withRows.has(namespace) ? [[namespace, place]] : [];
    }),
  );
}

function lineOf(row: readonly SQLOutputValue[]): Line {
  const [
    namespace,
    id,
    kind,
    age,
    till,
    transaction,
    state,
    preparedMs,
    lastPreparedMs,
    committedMs,
    key,
    place,
  ] = row;
  return {
    namespace: namespace as string,
    id: id as string,
    kind: kind as number,
    age: age as number,
    till: till as number,
    transaction: transaction as string,
    state: state as number | null,
    preparedMs: preparedMs as number | null,
    lastPreparedMs: lastPreparedMs as number | null,
    committedMs: committedMs as number | null,
    key: (key as string | null) ?? "",
    place: (place as number | null) ?? 0,
  };
}
