import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** Pages that SQLite keeps in memory; what is sorted beyond it goes to its own temporary files. */
const CACHE_KIB = 32 * 1024;
const FILE = "scratch.sqlite";

/** The schema under which another scratch's file is attached. */
export const ATTACHED = "part";

/**
 * A throw-away database that sorts and joins what does not fit in memory: rows are poured in as they are read,
 * and come back in order. Nothing in it outlives the process unsaved, so it keeps no journal and never syncs.
 */
export class Scratch implements Disposable {
  readonly #db: DatabaseSync;
  readonly #folder: string | undefined;

  /** In `directory`, under a name of its own; in memory where there is none. */
  constructor(directory: string | undefined) {
    this.#folder = directory === undefined ? undefined : mkdtempSync(join(directory, "verify-"));
    this.#db = new DatabaseSync(this.#folder === undefined ? ":memory:" : join(this.#folder, FILE));
    this.#db.exec(`pragma journal_mode=off; pragma synchronous=off; pragma locking_mode=exclusive;
      pragma temp_store=file; pragma cache_size=-${CACHE_KIB}; begin`);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** A statement to be run very often. */
  writer(sql: string): (...values: SQLInputValue[]) => void {
    const statement = this.#db.prepare(sql);
    return (...values) => void statement.run(...values);
  }

  /** The first row of an indexed look-up, as an array of columns. */
  finder(sql: string): (...values: SQLInputValue[]) => readonly SQLOutputValue[] | undefined {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return (...values) => statement.get(...values) as unknown as readonly SQLOutputValue[] | undefined;
  }

  /** Rows as arrays of columns, streamed. */
  *rows(sql: string): Generator<readonly SQLOutputValue[]> {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    yield* statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>;
  }

  /** Closes it and answers its file, which is there until the scratch is disposed of; not for one in memory. */
  save(): string {
    this.#db.exec("commit");
    this.#db.close();
    return join(this.#folder ?? "", FILE);
  }

  /** With the saved scratch in `file` attached, under the name of `ATTACHED`. */
  withAttached<T>(file: string, work: () => T): T {
    // Neither is possible inside a transaction.
    this.#db.exec("commit");
    this.#db.prepare(`attach ? as ${ATTACHED}`).run(file);
    this.#db.exec("begin");
    const result = work();
    this.#db.exec(`commit; detach ${ATTACHED}; begin`);
    return result;
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
