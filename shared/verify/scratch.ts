import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** Pages that SQLite keeps in memory; what is sorted beyond it goes to its own temporary files. */
const CACHE_KIB = 32 * 1024;

/**
 * A throw-away database that sorts and joins what does not fit in memory: rows are poured in as they are read,
 * and come back in order. Nothing in it outlives the verification, so it keeps no journal and never syncs.
 */
export class Scratch implements Disposable {
  readonly #db: DatabaseSync;
  readonly #folder: string | undefined;

  /** In `directory`, under a name of its own; in memory where there is none. */
  constructor(directory: string | undefined) {
    this.#folder = directory === undefined ? undefined : mkdtempSync(join(directory, "verify-"));
    this.#db = new DatabaseSync(
      this.#folder === undefined ? ":memory:" : join(this.#folder, "scratch.sqlite"),
    );
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

  [Symbol.dispose](): void {
    this.#db.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
