import type { Item } from "../../shared/databases/dynamodb/row-item.ts";
import { inputReferencesOf } from "../../shared/verify/asset-input.ts";
import { COMMITTED, DELETED } from "../../shared/verify/transaction-row.ts";
import type { Journal } from "./journal-replay.ts";

/** How one history goes from committed transaction to committed transaction. */
interface Progress {
  readonly table: string;
  readonly index: number;
  /** Transactions that wrote it and committed in the end, in order. */
  readonly sequence: readonly string[];
  /** For each version how many of them it holds, and the transaction that it is in doubt of. */
  readonly states: readonly { readonly held: number; readonly doubt: string | undefined }[];
}

/** What is known of a journal beforehand, worked out from its whole length and by no code of the verification. */
export interface Truth {
  readonly coordinators: ReadonlyMap<string, number>;
  readonly histories: readonly Progress[];
  readonly writes: ReadonlyMap<string, readonly Progress[]>;
  readonly reads: ReadonlyMap<string, readonly Progress[]>;
}

const text = (item: Item | undefined, name: string) => item?.[name]?.S;
const state = (item: Item | undefined) => Number(item?.["tx_state"]?.N ?? 0);

export function truthOf(journal: Journal): Truth {
  const coordinators = new Map<string, number>();
  const committed = new Set<string>();
  journal.histories.forEach(({ table, versions }, index) => {
    if (!table.endsWith("coordinator.state")) return;
    const id = text(versions[0]?.item, "tx_id") ?? "";
    coordinators.set(id, index);
    if (state(versions.at(-1)?.item) === COMMITTED) committed.add(id);
  });
  const histories = journal.histories.flatMap(({ table, versions }, index) =>
    /coordinator\.state|metadata$/.test(table) && !table.endsWith("asset_metadata")
      ? []
      : [
          progressOf(
            table,
            index,
            versions.map(({ item }) => item),
            committed,
          ),
        ],
  );
  const writes = new Map<string, Progress[]>();
  for (const progress of histories)
    for (const id of progress.sequence) writes.set(id, [...(writes.get(id) ?? []), progress]);
  return { coordinators, histories, writes, reads: readsOf(journal, histories) };
}

function progressOf(
  table: string,
  index: number,
  items: readonly (Item | undefined)[],
  committed: ReadonlySet<string>,
): Progress {
  const ids = items.map((item) => text(item, "tx_id") ?? "").filter((id) => committed.has(id));
  const sequence = [...new Set(ids)];
  let held = 0;
  const states = items.map((item, position) => {
    const id = text(item, "tx_id") ?? "";
    const before = items[position - 1];
    if (item === undefined && state(before) === DELETED)
      held = Math.max(held, sequence.indexOf(text(before, "tx_id") ?? "") + 1);
    if (state(item) === COMMITTED) held = Math.max(held, sequence.indexOf(id) + 1);
    return { held, doubt: state(item) === COMMITTED || item === undefined ? undefined : id };
  });
  return { table, index, sequence, states };
}

function readsOf(journal: Journal, histories: readonly Progress[]): ReadonlyMap<string, readonly Progress[]> {
  const assets = new Map<string, Progress>();
  const inputs = new Map<string, string>();
  for (const progress of histories) {
    const item = journal.histories[progress.index]?.versions[0]?.item;
    if (!progress.table.endsWith("scalar.asset") || item === undefined) continue;
    assets.set(`${text(item, "id")}/${item["age"]?.N}`, progress);
    for (const id of progress.sequence) inputs.set(id, text(item, "input") ?? "{}");
  }
  return new Map(
    [...inputs].map(([id, input]) => [
      id,
      (inputReferencesOf(input) ?? []).flatMap((each) => assets.get(`${each.id}/${each.age}`) ?? []),
    ]),
  );
}

/**
 * Whether the copy is broken once ScalarDB has recovered it: a transaction is there in one item and not in
 * another, or a record that it was computed from is not there.
 */
export function isBroken(truth: Truth, positions: readonly number[]): boolean {
  const decided = (id: string) => (positions[truth.coordinators.get(id) ?? -1] ?? -1) >= 0;
  const holds = (progress: Progress, id: string) => {
    const now = progress.states[positions[progress.index] ?? -1];
    if (now === undefined) return false;
    const place = progress.sequence.indexOf(id);
    return now.held > place || (now.doubt === id && decided(id));
  };
  for (const [id, histories] of truth.writes) {
    const there = histories.filter((each) => holds(each, id)).length;
    if (there > 0 && there < histories.length) return true;
    if (
      there > 0 &&
      (truth.reads.get(id) ?? []).some((each) => !each.sequence.some((writer) => holds(each, writer)))
    )
      return true;
  }
  return false;
}
