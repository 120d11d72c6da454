import type { TableRole, TableSchema } from "./row-source.ts";
import type { Clocks, Subject } from "./subject.ts";
import type { SystemNamespaces } from "./table-role.ts";

/** What rows are held against. Plain JSON, like all of a scope: it crosses checkpoints and hosts. */
export interface Frame {
  /** Whose parts these are. */
  readonly run: string;
  readonly subject: Subject;
  readonly clocks: Clocks;
  readonly namespaces: SystemNamespaces;
}

export interface ScopedTable {
  readonly database: string;
  readonly schema: TableSchema;
  /** About as large as this; hours old, and of the original where the table is a copy. */
  readonly bytes: number;
  /**
   * `later`: the coordinator at the later second. It is asked what was decided by then, and not verified itself.
   * `earlier`: a table whose records change in place, at an earlier second: what they were before. Neither is it.
   */
  readonly as: "copy" | "later" | "earlier";
}

/** Everything that one verification reads, in one database or several. */
export interface Scope extends Frame {
  readonly tables: readonly ScopedTable[];
}

/** Whether its records change in place: what a transaction can delete without leaving a trace. */
export function isMutable({ schema }: ScopedTable): boolean {
  return schema.role === "record" && schema.transactional;
}

const KEY_ROLES: readonly TableRole[] = ["certificate", "secret", "contract"];

/** Whether the table holds what records are signed with. */
export function holdsKeys({ schema }: ScopedTable): boolean {
  return KEY_ROLES.includes(schema.role);
}
