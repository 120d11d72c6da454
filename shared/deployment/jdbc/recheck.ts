import { sqlCodeOf } from "../../databases/sql/refusal.ts";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type JdbcPlan, nounOf, type PlannedDump, serverText } from "../../restore/jdbc/plan.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseRunning, type Silence } from "../stopped-instances.ts";
import { serverOf, storedSize } from "./plan.ts";

/**
 * Law 5: what the plan was made from must still be so. `untouched` is before the first step, when none of the
 * names that the run will use may exist. In place, the instances must be stopped too.
 */
export async function recheck(
  open: OpenDeployment,
  plan: JdbcPlan,
  { untouched, silence }: { readonly untouched: boolean; readonly silence: Silence },
): Promise<void> {
  if (plan.mode === "in-place") await refuseRunning(open, plan.instances, silence);
  const found = await Promise.all(plan.dumps.map((dump) => differencesOf(open, dump, plan, untouched)));
  const differences = found.flat();
  if (differences.length > 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `the world is not as it was when run "${plan.run}" was planned: ${differences.join("; ")}; no original was touched`,
    );
}

async function differencesOf(
  open: OpenDeployment,
  dump: PlannedDump,
  { mode }: JdbcPlan,
  untouched: boolean,
): Promise<readonly string[]> {
  const { database, server, original, targets, kept } = dump;
  const jdbc = open.jdbc(database);
  const now = serverOf(jdbc);
  if (canonicalJson(now) !== canonicalJson(server))
    return [`the configuration names ${serverText(now)} for "${database}", and not ${serverText(server)}`];
  const asked = await jdbc.server();
  return [
    ...(await dumpDifferences(open, dump)),
    ...(await presentDifferences(open, dump)),
    ...(untouched ? await asked.obstacles(original, { targets, kept, inPlace: mode === "in-place" }) : []),
  ];
}

async function dumpDifferences(
  open: OpenDeployment,
  { database, original }: PlannedDump,
): Promise<readonly string[]> {
  const store = await open.jdbc(database).store();
  const { key, bytes } = original.artifact;
  const now = await storedSize(store, original);
  if (now === bytes) return [];
  return [
    `dump "${key}" ${now === undefined ? `is not in ${store.name} any more` : `has ${now} bytes instead of ${bytes}`}`,
  ];
}

/** How much they hold changes for as long as instances are at work; that they hold something does not. */
async function presentDifferences(
  open: OpenDeployment,
  { database, server, original, present }: PlannedDump,
): Promise<readonly string[]> {
  const now = await (await open.jdbc(database).server()).present(original);
  const was = new Map(present.map((each) => [each.name, each]));
  const is = new Map(now.map((each) => [each.name, each]));
  const noun = nounOf(server);
  return [
    ...present.flatMap(({ name }) => (is.has(name) ? [] : [`${noun} "${name}" is gone`])),
    ...now.flatMap(({ name, tables }) => {
      const before = was.get(name);
      if (before === undefined) return [`${noun} "${name}" was made`];
      const filled = before.tables === 0 && tables > 0;
      return filled ? [`${noun} "${name}" was empty, and has ${tables} tables`] : [];
    }),
  ];
}

/**
 * Between two lives of a run somebody may have removed what it had loaded and verified. Whatever has its name still has
 * to be there as a whole before a name changes hands.
 */
export async function lookAgain(open: OpenDeployment, plan: JdbcPlan): Promise<void> {
  const states = await Promise.all(plan.dumps.map((dump) => swapStateOf(open, dump, plan.run)));
  const waiting = plan.dumps.filter((_, place) => states[place] === "untouched");
  const missing = await Promise.all(waiting.map((dump) => missingTables(open, dump)));
  const lost = waiting.flatMap((dump, place) => lostText(dump, missing[place] ?? []));
  if (lost.length === 0) return;
  if (waiting.length === plan.dumps.length)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `what run "${plan.run}" had loaded is not there any more: ${lost.join("; ")}; no original was touched`,
    );
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `run "${plan.run}" cannot go on, and part of its databases have changed names already: ${lost.join("; ")}. Bring that back, or give the names back by hand, then resume the run`,
  );
}

function lostText({ targets, server }: PlannedDump, missing: readonly string[]): readonly string[] {
  if (missing.length === 0) return [];
  return [
    `${quoted(missing.slice(0, 3))}${missing.length > 3 ? ` and ${missing.length - 3} more tables` : ""} of ${quoted(Object.values(targets))} on ${serverText(server)}`,
  ];
}

/** Law 4, at the only place where a name is taken away: the world is asked, not the journal. */
export async function requireLoaded(open: OpenDeployment, dump: PlannedDump, run: string): Promise<void> {
  if ((await swapStateOf(open, dump, run)) !== "untouched") return;
  const lost = lostText(dump, await missingTables(open, dump));
  if (lost.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `the names of "${dump.database}" have not changed hands, since what was loaded is not whole: ${lost.join()} is missing; the original was left under its name`,
    );
}

export async function swapStateOf(
  open: OpenDeployment,
  { database, targets, kept }: PlannedDump,
  run: string,
): Promise<"untouched" | "half" | "swapped"> {
  return (await open.jdbc(database).server()).swapState({ targets, kept }, run);
}

/** Tables of the dump that the targets do not have, by their names in the dump. */
export async function missingTables(
  open: OpenDeployment,
  { database, original, targets }: PlannedDump,
): Promise<readonly string[]> {
  const there = new Set(await tableNames(open, database, targets));
  const renamed = (schema: string) => (original.engine === "mysql" ? (targets[schema] ?? schema) : schema);
  return original.tables
    .filter(({ schema, name }) => !there.has(`${renamed(schema)}.${name}`))
    .map(({ schema, name }) => `${schema}.${name}`);
}

/** Of PostgreSQL: there is no such database. */
const NO_DATABASE = "3D000";

/** None at all where there is no such database. */
async function tableNames(
  open: OpenDeployment,
  database: string,
  targets: PlannedDump["targets"],
): Promise<readonly string[]> {
  const sql = (await open.jdbc(database).server()).sqlOf(targets);
  try {
    const rows = await sql.query(
      "SELECT table_schema AS namespace, table_name AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE'",
    );
    return rows.map(({ namespace, name }) => `${String(namespace)}.${String(name)}`);
  } catch (error) {
    if (sqlCodeOf(error) === NO_DATABASE) return [];
    throw error;
  } finally {
    sql.close();
  }
}
