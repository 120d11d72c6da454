import type { SchemaOptions } from "./schema.ts";
import type { Storage, StorageOptions } from "./storage.ts";
import type { Table } from "./table.ts";

/** A ledger's database, whichever it is. */
export interface LedgerDatabase {
  createSchema(tables: readonly Table[], options: SchemaOptions): Promise<void>;
  openStorage(options: StorageOptions): Storage;
  close(): Promise<void>;
}
