import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { quoted } from "../../sql/quote.ts";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Names, SwapState } from "../server.ts";
import { APPLICATION } from "./client-tools.ts";
import { findDatabase, othersIn } from "./database-row.ts";
import { onlyOne } from "./names.ts";

interface Swapping {
  readonly targets: Names;
  readonly kept: Names;
}

interface Places {
  readonly original: string;
  readonly target: string;
  readonly kept: string;
}

const OBJECT_IN_USE = "55006";

function placesOf({ targets, kept }: Swapping): Places {
  const [original, target] = onlyOne(targets);
  return { original, target, kept: kept[original] ?? "" };
}

/** The restored one carries the run's mark under either name, so that no other database is taken for it. */
export async function swapStateOf(admin: Sql, names: Swapping, run: string): Promise<SwapState> {
  const places = placesOf(names);
  const { original, target } = places;
  const [atOriginal, atTarget, atKept] = await Promise.all([
    findDatabase(admin, original),
    findDatabase(admin, target),
    findDatabase(admin, places.kept),
  ]);
  if (atOriginal?.madeBy === run && atTarget === undefined) return "swapped";
  if (atKept === undefined && atOriginal?.madeBy !== run) return "untouched";
  if (atTarget?.madeBy === run && atOriginal === undefined) return "half";
  const there = [atOriginal, atTarget, atKept].flatMap((found) =>
    found === undefined ? [] : [`"${found.name}"${found.madeBy === run ? " (restored)" : ""}`],
  );
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `cannot tell how far run "${run}" has come in exchanging "${original}" and "${target}": there are ${there.join(", ") || "none of them"}; nothing was renamed now`,
  );
}

/** Two renames, the original's first: in between nobody finds a database of that name, so nobody can write to the wrong one. */
export async function swapDatabases(admin: Sql, names: Swapping, run: string): Promise<void> {
  const { original, target, kept } = placesOf(names);
  const state = await swapStateOf(admin, names, run);
  if (state === "swapped") return;
  await requireRestored(admin, target, run);
  await refuseOthers(admin, [original, target]);
  if (state === "untouched" && (await findDatabase(admin, original)) !== undefined)
    await rename(admin, original, kept);
  await rename(admin, target, original);
}

async function requireRestored(admin: Sql, target: string, run: string): Promise<void> {
  const found = await findDatabase(admin, target);
  if (found?.madeBy === run) return;
  const what = found === undefined ? "is not there" : `is not what run "${run}" has made`;
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `cannot let "${target}" take its original's name: it ${what}; nothing was renamed now`,
  );
}

/** Our own idle connections are ended; anybody else's are somebody's work. */
async function refuseOthers(admin: Sql, names: readonly string[]): Promise<void> {
  const others = await othersIn(admin, names, APPLICATION);
  if (others.length > 0) throw blocked(names, others.join("; "));
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = ANY ($1) AND application_name = $2 AND usename = current_user AND pid <> pg_backend_pid()`,
    [names, APPLICATION],
  );
}

async function rename(admin: Sql, from: string, to: string): Promise<void> {
  try {
    await admin.query(`ALTER DATABASE ${quoted("postgresql", from)} RENAME TO ${quoted("postgresql", to)}`);
  } catch (error) {
    if (sqlCodeOf(error) !== OBJECT_IN_USE) throw error;
    const others = await othersIn(admin, [from], APPLICATION);
    throw blocked([from], others.length > 0 ? others.join("; ") : "somebody who has gone since", error);
  }
}

function blocked(names: readonly string[], who: string, cause?: unknown): StillpointError {
  const which = names.map((name) => `"${name}"`).join(" and ");
  return new StillpointError(
    "RESTORE_BLOCKED",
    `cannot rename database ${which}: connected are ${who}; stop them, since they would go on with the data that are to be replaced`,
    { cause },
  );
}
