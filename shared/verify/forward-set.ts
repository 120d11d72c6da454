import type { Scratch } from "./scratch.ts";

/** The transactions whose rows in doubt recovery rolls forward; a row in doubt of any other is rolled back. */
export class ForwardSet {
  readonly #add: ReturnType<Scratch["writer"]>;
  readonly #find: ReturnType<Scratch["finder"]>;

  constructor(scratch: Scratch) {
    scratch.exec("create table forward (tx text primary key) without rowid");
    this.#add = scratch.writer("insert or ignore into forward values (?)");
    this.#find = scratch.finder("select 1 from forward where tx = ?");
  }

  add(transaction: string): void {
    this.#add(transaction);
  }

  has(transaction: string): boolean {
    return this.#find(transaction) !== undefined;
  }
}
