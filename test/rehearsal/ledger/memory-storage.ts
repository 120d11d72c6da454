import { isDeepStrictEqual } from "node:util";
import { keyAttributes } from "../../../rehearsal/ledger/key-bytes.ts";
import type { Mutation, MutationOutcome } from "../../../rehearsal/ledger/mutation.ts";
import type { Storage } from "../../../rehearsal/ledger/storage.ts";
import type { Columns, Table } from "../../../rehearsal/ledger/table.ts";

/** A storage in memory that applies each record by itself, as ScalarDB does where partitions differ. */
export class MemoryStorage implements Storage {
  readonly records = new Map<string, { readonly table: Table; columns: Columns }>();
  readonly mutations: Mutation[] = [];
  /** Called before each mutation; one that answers `false` is lost, and so is whoever sent it. */
  admits: (mutation: Mutation) => boolean = () => true;

  async get(table: Table, key: Columns): Promise<Columns | undefined> {
    return this.records.get(slot(table, key))?.columns;
  }

  async mutate(mutations: readonly Mutation[]): Promise<MutationOutcome> {
    const outcomes: boolean[] = [];
    for (const mutation of mutations) {
      if (!this.admits(mutation)) return new Promise(() => {});
      this.mutations.push(mutation);
      outcomes.push(this.#apply(mutation));
    }
    if (outcomes.every(Boolean)) return "done";
    return outcomes.some(Boolean) ? "partly-done" : "refused";
  }

  rows(table: Table): readonly Columns[] {
    return [...this.records.values()]
      .filter((record) => record.table === table)
      .map(({ columns }) => columns);
  }

  #apply(mutation: Mutation): boolean {
    const { table, key, condition } = mutation;
    const at = slot(table, key);
    const before = this.records.get(at)?.columns;
    if (condition.kind === "absent" && before) return false;
    if (condition.kind === "present" && !before) return false;
    if (condition.kind === "present" && !agrees(before ?? {}, condition.equal)) return false;
    if (mutation.kind === "delete") this.records.delete(at);
    else this.records.set(at, { table, columns: written(before ?? keyAttributes(table, key), mutation) });
    return true;
  }
}

function written(before: Columns, mutation: Mutation & { kind: "put" }): Columns {
  const after = { ...before, ...mutation.columns };
  for (const name of mutation.cleared) delete after[name];
  return after;
}

function agrees(record: Columns, equal: Columns): boolean {
  return Object.entries(equal).every(([name, value]) => isDeepStrictEqual(record[name], value));
}

function slot(table: Table, key: Columns): string {
  return `${table.name} ${JSON.stringify(keyAttributes(table, key))}`;
}
