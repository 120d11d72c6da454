import { abortUnlessDecided, readState, writeState } from "./coordinator.ts";
import { type RecoveryOptions, recover } from "./recovery.ts";
import type { Storage } from "./storage.ts";
import { type Columns, keyOf, type Table } from "./table.ts";
import { commitMutation, isInDoubt, prepareMutation, rollBackMutation, type Write } from "./tx-record.ts";
import { textOf } from "./value.ts";
import { writeSetOf } from "./write-set.ts";

/** What a read found. `in-doubt`: another transaction is writing the record, so this one cannot go on. */
export type Found =
  | { readonly kind: "record"; readonly columns: Columns }
  | { readonly kind: "absent" }
  | { readonly kind: "in-doubt" };

export type CommitOutcome =
  | { readonly kind: "committed"; readonly committedAtMs: number }
  /** Somebody else was faster; nothing of the transaction remains. */
  | { readonly kind: "conflict" }
  /** The database failed while the outcome was being decided: readers will find out. */
  | { readonly kind: "unknown"; readonly message: string };

export interface TransactionOptions extends RecoveryOptions {
  /** Whether the coordinator is told what each transaction writes. */
  readonly logsWriteSets?: boolean;
}

/** How often a read meets a record in doubt that is recovered, only to find the next one, before it gives up. */
const RECOVERY_ROUNDS = 3;

/**
 * One transaction of ScalarDB's Consensus Commit: reads from the database, writes in memory, and at commit every
 * record prepared with its before-image, then the coordinator's row, then every record committed.
 */
export class Transaction {
  readonly id: string;
  readonly #storage: Storage;
  readonly #options: TransactionOptions;
  readonly #read = new Map<string, Columns | undefined>();
  readonly #writes = new Map<string, Write>();

  constructor(id: string, storage: Storage, options: TransactionOptions) {
    this.id = id;
    this.#storage = storage;
    this.#options = options;
  }

  async get(table: Table, key: Columns): Promise<Found> {
    for (let round = 0; round < RECOVERY_ROUNDS; round++) {
      const columns = await this.#storage.get(table, key);
      if (!columns || !isInDoubt(columns)) {
        this.#read.set(slot(table, key), columns);
        return columns ? { kind: "record", columns } : { kind: "absent" };
      }
      if ((await recover(this.#storage, table, columns, this.#options)) === "in-doubt") break;
    }
    return { kind: "in-doubt" };
  }

  /** Sets the record's columns, NULL where the value is undefined. A record that was not read counts as absent. */
  put(table: Table, columns: Readonly<Record<string, Columns[string] | undefined>>): void {
    const [set, cleared]: [Record<string, Columns[string]>, string[]] = [{}, []];
    for (const [name, value] of Object.entries(columns)) {
      if (value) set[name] = value;
      else cleared.push(name);
    }
    const key = keyOf(table, set);
    for (const name of Object.keys(key)) delete set[name];
    this.#writes.set(slot(table, key), {
      kind: "put",
      table,
      key,
      columns: set,
      cleared,
      ...this.#before(table, key),
    });
  }

  /** Deletes a record that this transaction has read. */
  delete(table: Table, key: Columns): void {
    this.#writes.set(slot(table, key), { kind: "delete", table, key, ...this.#before(table, key) });
  }

  async commit(): Promise<CommitOutcome> {
    const writes = [...this.#writes.values()];
    const prepared = await settled(this.#prepare(writes));
    if (prepared.kind === "failed") return this.#abort(writes, prepared.message);
    if (prepared.value === "partly-done") return this.#abort(writes);
    if (prepared.value === "refused") return this.#abort(writes.filter(({ before }) => !before));

    // Read after the last prepare and before the row is written: that all of a transaction's records are prepared
    // by this time is what makes a restore to a second without commits provably whole.
    const committedAtMs = this.#options.now();
    const state = { kind: "committed", createdAtMs: committedAtMs, ...this.#writeSet(writes) } as const;
    const decided = await settled(writeState(this.#storage, this.id, state));
    if (decided.kind === "failed" || decided.value !== "done") return this.#undecided(writes);

    await this.#finish(writes, committedAtMs);
    return { kind: "committed", committedAtMs };
  }

  #before(table: Table, key: Columns): { readonly before: Columns | undefined } {
    return { before: this.#read.get(slot(table, key)) };
  }

  #writeSet(writes: readonly Write[]) {
    return this.#options.logsWriteSets === true ? { writeSet: writeSetOf(writes) } : {};
  }

  #prepare(writes: readonly Write[]) {
    const preparedAtMs = this.#options.now();
    return this.#storage.mutate(writes.map((write) => prepareMutation(write, this.id, preparedAtMs)));
  }

  /** The records are decided already: what is not finished here, the next reader finishes. */
  async #finish(writes: readonly Write[], committedAtMs: number): Promise<void> {
    await settled(this.#storage.mutate(writes.map((write) => commitMutation(write, this.id, committedAtMs))));
  }

  /** The coordinator's row could not be written, or somebody had written one: ask which. */
  async #undecided(writes: readonly Write[]): Promise<CommitOutcome> {
    const read = await settled(readState(this.#storage, this.id));
    if (read.kind === "failed") return { kind: "unknown", message: read.message };
    if (!read.value) return { kind: "unknown", message: "the coordinator's row could not be written" };
    if (read.value.kind === "aborted") return this.#rolledBack(writes);
    await this.#finish(writes, read.value.createdAtMs);
    return { kind: "committed", committedAtMs: read.value.createdAtMs };
  }

  async #abort(writes: readonly Write[], message?: string): Promise<CommitOutcome> {
    const state = await settled(abortUnlessDecided(this.#storage, this.id, this.#options.now()));
    if (state.kind === "failed") return { kind: "unknown", message: message ?? state.message };
    if (state.value.kind === "committed") return this.#undecided(writes);
    return this.#rolledBack(writes);
  }

  async #rolledBack(writes: readonly Write[]): Promise<CommitOutcome> {
    await settled(Promise.all(writes.map((write) => this.#release(write))));
    return { kind: "conflict" };
  }

  /**
   * Rolls back what this transaction has prepared. A record that it lost to another is not its own to touch, but
   * what stood in the way of an insert was not read before: if its owner died, nobody else would ever recover it.
   */
  async #release({ table, key, before }: Write): Promise<void> {
    const record = await this.#storage.get(table, key);
    if (!record || !isInDoubt(record)) return;
    if (textOf(record, "tx_id") === this.id) await this.#storage.mutate([rollBackMutation(table, record)]);
    else if (!before) await recover(this.#storage, table, record, this.#options);
  }
}

type Settled<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

async function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: "ok", value: await promise };
  } catch (error) {
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

function slot(table: Table, key: Columns): string {
  return `${table.name} ${JSON.stringify(Object.values(keyOf(table, key)))}`;
}
