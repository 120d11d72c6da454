import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { quoted } from "../../sql/quote.ts";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Sql, SqlSession } from "../../sql/sql.ts";
import { isTable, labelOf, type Relation, readRelations } from "./relations.ts";

const LOCK_LIMIT_MS = 5_000;
/** Instances may be held meanwhile: one round trip for many of them. */
const LOCKED_AT_ONCE = 100;
const ATTEMPTS = 3;
const LOCK_NOT_AVAILABLE = "55P03";
const UNDEFINED_TABLE = "42P01";

interface Locking {
  readonly sql: Sql;
  readonly session: SqlSession;
  /** Undefined is all. */
  readonly schemas: readonly string[] | undefined;
}

/**
 * Begins a transaction that holds every table against TRUNCATE, DROP and ALTER, and only then takes its snapshot:
 * snapshots do not see those, so a table that was emptied in between would be dumped empty. Tables that came or went
 * between listing and locking are listed anew.
 */
export async function lockTables(locking: Locking): Promise<readonly Relation[]> {
  for (let attempt = 1; ; attempt++) {
    const before = await readRelations(locking.sql, locking.schemas);
    const locked = await tryToLock(locking, before);
    if (locked !== undefined) return locked;
    if (attempt === ATTEMPTS)
      throw new StillpointError(
        "DUMP_FAILED",
        `cannot lock the tables: some came or went ${ATTEMPTS} times meanwhile; nothing was dumped`,
      );
  }
}

/** Undefined where the list is out of date. */
async function tryToLock(
  { sql, session, schemas }: Locking,
  before: readonly Relation[],
): Promise<readonly Relation[] | undefined> {
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await session.query(`SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}`);
  const tables = before.filter(isTable);
  const names = tables.map(({ schema, name }) => `ONLY ${quoted("postgresql", schema, name)}`);
  try {
    for (let from = 0; from < names.length; from += LOCKED_AT_ONCE)
      await session.query(
        `LOCK TABLE ${names.slice(from, from + LOCKED_AT_ONCE).join(", ")} IN ACCESS SHARE MODE`,
      );
  } catch (error) {
    await session.query("ROLLBACK");
    if (sqlCodeOf(error) === UNDEFINED_TABLE) return undefined;
    if (sqlCodeOf(error) === LOCK_NOT_AVAILABLE) throw await heldLock(sql, tables, error);
    throw error;
  }
  // The first question of the transaction: what it sees is what is dumped.
  const locked = await readRelations(session, schemas);
  if (identitiesOf(locked) === identitiesOf(before)) return locked;
  await session.query("ROLLBACK");
  return undefined;
}

function identitiesOf(relations: readonly Relation[]): string {
  return relations.map((relation) => `${labelOf(relation)} ${relation.oid}`).join("\n");
}

async function heldLock(sql: Sql, tables: readonly Relation[], cause: unknown): Promise<StillpointError> {
  const holders = await sql.query(
    `SELECT DISTINCT a.pid, a.usename, a.application_name, a.state, l.relation, left(a.query, 80) AS query
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.mode = 'AccessExclusiveLock' AND l.relation = ANY ($1::oid[])
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1`,
    [tables.map(({ oid }) => oid)],
  );
  const by = holders.map((holder) => {
    const table = tables.find(({ oid }) => oid === Number(holder["relation"]));
    return `${table ? labelOf(table) : "a table"} by user "${holder["usename"]}" of application "${holder["application_name"]}" (process ${holder["pid"]}, ${holder["state"]}: ${holder["query"]})`;
  });
  const who = by.length > 0 ? by.join("; ") : "somebody who has gone since";
  return new StillpointError(
    "DUMP_FAILED",
    `cannot lock the tables within ${LOCK_LIMIT_MS / 1000} s: locked ${who}; nothing was dumped`,
    { cause },
  );
}

/** What happened meanwhile to tables that were to stand still, in sentences. */
export function changesOf(before: readonly Relation[], after: readonly Relation[]): readonly string[] {
  const known = new Map(before.filter(isTable).map((relation) => [labelOf(relation), relation]));
  const left = new Map(after.filter(isTable).map((relation) => [labelOf(relation), relation]));
  return [
    ...[...left.keys()].filter((label) => !known.has(label)).map((label) => `table "${label}" appeared`),
    ...[...known].flatMap(([label, relation]) => {
      const now = left.get(label);
      if (now === undefined || now.oid !== relation.oid) return [`table "${label}" was dropped`];
      return now.filenode === relation.filenode ? [] : [`table "${label}" was truncated or written anew`];
    }),
  ];
}
