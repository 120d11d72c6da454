import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { quoted } from "../../sql/quote.ts";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Sql, SqlSession } from "../../sql/sql.ts";
import type { Names, SwapState } from "../server.ts";
import { makeSchema } from "./load.ts";
import { mark, ownerOf, tableNames } from "./marker.ts";

/** Longer, and everybody who comes for a table meanwhile stands behind us. */
const WAIT_S = 5;
const MOST_SESSIONS = 10;

export interface Swapping {
  readonly targets: Names;
  readonly kept: Names;
}

/**
 * A schema cannot be renamed, so its tables move: originals to the schemas they are kept in, restored ones to the
 * originals' schemas. All in one statement, which the server carries out as a whole or not at all.
 */
export async function swapMysql(sql: Sql, { targets, kept }: Swapping, run: string): Promise<void> {
  await makeKept(sql, kept, run);
  const moves: string[] = [];
  for (const [schema, target] of Object.entries(targets))
    moves.push(...(await movesOf(sql, { schema, target, kept: kept[schema] ?? "" }, run)));
  if (moves.length > 0) await rename(sql, moves, Object.keys(targets));
  for (const target of Object.values(targets)) await removeEmptied(sql, target, run);
}

/** Once the target's tables have gone, nothing is left there but the mark. */
export async function swapStateOfMysql(
  sql: Sql,
  { targets, kept }: Swapping,
  run: string,
): Promise<SwapState> {
  const states = new Set<SwapState>();
  for (const [schema, target] of Object.entries(targets)) {
    const keptTables = await markedTables(sql, kept[schema] ?? "", run);
    const targetTables = await markedTables(sql, target, run);
    if (targetTables.length > 0) states.add(keptTables.length > 0 ? "half" : "untouched");
    else if (await isOf(sql, kept[schema] ?? "", run)) states.add("swapped");
    else states.add("untouched");
  }
  const [first] = states;
  return states.size === 1 && first !== undefined ? first : "half";
}

async function isOf(sql: Sql, schema: string, run: string): Promise<boolean> {
  const owner = await ownerOf(sql, schema);
  return owner.kind === "run" && owner.run === run;
}

async function markedTables(sql: Sql, schema: string, run: string): Promise<readonly string[]> {
  return (await isOf(sql, schema, run)) ? tableNames(sql, schema) : [];
}

async function makeKept(sql: Sql, kept: Names, run: string): Promise<void> {
  for (const [schema, name] of Object.entries(kept)) {
    const owner = await ownerOf(sql, name);
    if (owner.kind === "other" || (owner.kind === "run" && owner.run !== run))
      throw blocked(
        `schema "${name}", in which the originals are to be kept, is there already and is not of this run`,
      );
    if (owner.kind === "run") continue;
    await makeSchema(sql, name, await charsetOf(sql, schema));
    await mark(sql, name, run);
  }
}

interface Place {
  readonly schema: string;
  readonly target: string;
  readonly kept: string;
}

/** A table that the dump does not hold stays where it is. */
async function movesOf(sql: Sql, { schema, target, kept }: Place, run: string): Promise<readonly string[]> {
  const restored = await markedTables(sql, target, run);
  if (restored.length > 0) await makeOriginal(sql, schema, target);
  const originals = new Set(await tableNames(sql, schema));
  const keptTables = new Set(await tableNames(sql, kept));
  return restored.flatMap((name) => {
    if (originals.has(name) && keptTables.has(name))
      throw blocked(
        `table "${schema}"."${name}" has been made anew since the original was moved to "${kept}": drop the new one, after looking at it`,
      );
    const move = (from: string, to: string) =>
      `${quoted("mysql", from, name)} TO ${quoted("mysql", to, name)}`;
    return [...(originals.has(name) ? [move(schema, kept)] : []), move(target, schema)];
  });
}

/** Where somebody has dropped it, which may be why there is a restore. */
async function makeOriginal(sql: Sql, schema: string, target: string): Promise<void> {
  if ((await ownerOf(sql, schema)).kind !== "absent") return;
  await makeSchema(sql, schema, await charsetOf(sql, target));
}

/** What a new schema is to be like; undefined where there is no such schema. */
async function charsetOf(
  sql: Sql,
  schema: string,
): Promise<{ readonly charset: string; readonly collation: string } | undefined> {
  const [found] = await sql.query(
    `SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
     FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?`,
    [schema],
  );
  return found && { charset: String(found["charset"]), collation: String(found["collation"]) };
}

async function rename(sql: Sql, moves: readonly string[], schemas: readonly string[]): Promise<void> {
  const session = await sql.session();
  try {
    await session.query(`SET SESSION lock_wait_timeout = ${WAIT_S}`);
    await session.query(`RENAME TABLE ${moves.join(", ")}`);
  } catch (error) {
    if (sqlCodeOf(error) !== "ER_LOCK_WAIT_TIMEOUT") throw error;
    const holders = await sessionsAt(session, schemas);
    throw blocked(
      `other sessions hold tables of it for longer than ${WAIT_S} s${holders}: stop the instances and end these sessions`,
    );
  } finally {
    await session.end();
  }
}

/** A session that holds a table has a transaction open, or is in one of the schemas. */
async function sessionsAt(session: SqlSession, schemas: readonly string[]): Promise<string> {
  const rows = await session.query(
    `SELECT DISTINCT p.ID AS id, p.USER AS user, p.HOST AS host FROM information_schema.PROCESSLIST p
     LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
     WHERE p.ID <> CONNECTION_ID() AND p.USER NOT IN ('system user', 'event_scheduler')
       AND (t.trx_id IS NOT NULL OR p.DB IN (?)) ORDER BY p.ID LIMIT ${MOST_SESSIONS}`,
    [schemas],
  );
  if (rows.length === 0) return "";
  return ` (${rows.map(({ id, user, host }) => `session ${id} of "${user}" from "${host}"`).join(", ")})`;
}

async function removeEmptied(sql: Sql, target: string, run: string): Promise<void> {
  if (!(await isOf(sql, target, run))) return;
  if ((await tableNames(sql, target)).length > 0) return;
  await sql.query(`DROP DATABASE ${quoted("mysql", target)}`);
}

function blocked(why: string): StillpointError {
  return new StillpointError(
    "RESTORE_BLOCKED",
    `cannot let restored tables and originals change places: ${why}. This attempt moved no table, and no original is lost`,
  );
}
