/** `ABSENT` where there is no such table, else the service's own word. */
export type TableState = "ABSENT" | "CREATING" | "ACTIVE" | "DELETING" | "UPDATING" | (string & {});

/** The service's own word. */
export type BackupState = "CREATING" | "AVAILABLE" | (string & {});

/** What a table is waited for: to be there, to be gone, or only not to be in the making any more. */
export type Awaited = "ACTIVE" | "ABSENT" | "settled";

/** What is looked at in one polling step: tables and backups of the run that something is under way for. */
export interface Watched {
  readonly tables: readonly { readonly database: string; readonly name: string; readonly until: Awaited }[];
  /** Waited for until they are available. */
  readonly backups: readonly { readonly database: string; readonly arn: string }[];
  /** Whether the first arrival ends the look-out, since something can be done then. */
  readonly enough: "one" | "all";
}

/** What was found, by database and table name, and by backup ARN. */
export interface Seen {
  readonly tables: Readonly<Record<string, Readonly<Record<string, TableState>>>>;
  readonly backups: Readonly<Record<string, BackupState>>;
}

/** Of what was found only what has come: a journal keeps every one of these. */
export function observationOf(
  { tables, backups, enough }: Watched,
  seen: Seen,
): Seen & { readonly done: boolean } {
  const come = tables.flatMap(({ database, name, until }) => {
    const state = seen.tables[database]?.[name];
    return state !== undefined && hasCome(state, until) ? [{ database, name, state }] : [];
  });
  const available = backups.filter(({ arn }) => seen.backups[arn] === "AVAILABLE");
  const count = come.length + available.length;
  return {
    done: enough === "one" ? count > 0 : count === tables.length + backups.length,
    tables: byDatabase(come),
    backups: Object.fromEntries(available.map(({ arn }) => [arn, "AVAILABLE"])),
  };
}

function hasCome(state: TableState, until: Awaited): boolean {
  return until === "settled" ? state !== "CREATING" : state === until;
}

/** Table states as `Seen` has them. */
export function byDatabase(
  states: readonly { readonly database: string; readonly name: string; readonly state: TableState }[],
): Seen["tables"] {
  const tables: Record<string, Record<string, TableState>> = {};
  for (const { database, name, state } of states) {
    tables[database] ??= {};
    tables[database][name] = state;
  }
  return tables;
}
