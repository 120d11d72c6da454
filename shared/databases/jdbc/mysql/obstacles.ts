import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Names } from "../server.ts";
import { type Grant, isGranted, missingOn, readGrants } from "./grants.ts";
import { ownerOf } from "./marker.ts";
import { isOlder, type ServerIdentity, serverIdentity } from "./product.ts";
import { MysqlSettings, readSettings } from "./settings.ts";
import { readTables } from "./tables.ts";
import { findTool } from "./tools.ts";

const NEEDED = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER"];

export interface RestorePlan {
  readonly targets: Names;
  readonly kept: Names;
  readonly inPlace: boolean;
  readonly toolsElsewhere?: boolean;
}

interface Asking {
  readonly sql: Sql;
  readonly tools: string | undefined;
}

export async function obstaclesOfMysql(
  { sql, tools }: Asking,
  captured: CapturedJdbc,
  plan: RestorePlan,
): Promise<readonly string[]> {
  const server = await serverIdentity(sql);
  const grants = await readGrants(sql);
  const user = await currentUser(sql);
  return [
    ...serverObstacles(server, captured),
    ...(plan.toolsElsewhere ? [] : await toolObstacles(server, tools)),
    ...(await variableObstacles(sql, captured)),
    ...(await nameObstacles(sql, plan)),
    ...privilegeObstacles(captured, plan, grants),
    ...definitionObstacles(MysqlSettings.parse(captured.settings), {
      user,
      grants,
      schemas: captured.schemas,
    }),
    ...(plan.inPlace ? await swapObstacles(sql, captured, server) : []),
  ];
}

function serverObstacles(
  server: ServerIdentity,
  { product, serverVersion }: CapturedJdbc,
): readonly string[] {
  if (server.product !== product)
    return [
      `the dump is of ${product} ${serverVersion}, and the server is ${server.product} ${server.version}`,
    ];
  return isOlder(server.version, serverVersion)
    ? [`the dump is of ${product} ${serverVersion}, newer than the server's ${server.version}`]
    : [];
}

async function toolObstacles(server: ServerIdentity, tools: string | undefined): Promise<readonly string[]> {
  const client = await findTool("client", server, tools);
  return "problem" in client ? [client.problem] : [];
}

/** Names in another spelling would be other names. */
async function variableObstacles(sql: Sql, captured: CapturedJdbc): Promise<readonly string[]> {
  const then = MysqlSettings.parse(captured.settings).variables["lower_case_table_names"];
  const [row] = await sql.query("SELECT @@lower_case_table_names AS value");
  const now = String(row?.["value"]);
  if (then === now) return [];
  return [
    `lower_case_table_names is "${now}" and was "${then}" where the dump was taken: names of tables would differ`,
  ];
}

async function nameObstacles(sql: Sql, { targets, kept, inPlace }: RestorePlan): Promise<readonly string[]> {
  const names = [...Object.values(targets), ...(inPlace ? Object.values(kept) : [])];
  const obstacles: string[] = [];
  for (const name of names) {
    const owner = await ownerOf(sql, name);
    if (owner.kind === "other")
      obstacles.push(
        `schema "${name}" is there already, with ${owner.tables} tables: drop it, or move it away`,
      );
    if (owner.kind === "run") obstacles.push(`schema "${name}" is there already, of run "${owner.run}"`);
  }
  return obstacles;
}

function privilegeObstacles(
  { schemas }: CapturedJdbc,
  { targets, kept, inPlace }: RestorePlan,
  grants: readonly Grant[],
): readonly string[] {
  const names = [...Object.values(targets), ...(inPlace ? [...schemas, ...Object.values(kept)] : [])];
  const lacking = new Map<string, string[]>();
  for (const schema of names) {
    const missing = missingOn(schema, NEEDED, grants).join(", ");
    if (missing !== "") lacking.set(missing, [...(lacking.get(missing) ?? []), `"${schema}"`]);
  }
  if (lacking.size === 0) return [];
  const each = [...lacking].map(([missing, of]) => `${missing} on ${of.join(", ")}`);
  return [`the user lacks ${each.join("; and ")}. ${adviceOn(schemas)}`];
}

/** A grant on the exact name would hide one on the pattern. */
function adviceOn(schemas: readonly string[]): string {
  const patterns = schemas.map((schema) => `${schema.replaceAll(/[\\%_]/g, "\\$&")}%`);
  const quotedPatterns = patterns.map((pattern) => `${quoted("mysql", pattern)}.*`).join(", ");
  return `Each restore makes schemas of other names, so GRANT ${NEEDED.join(", ")} on patterns: ${quotedPatterns}; and on each schema that has a grant of its own, beside which the pattern's does not count`;
}

interface Loader {
  /** Who we are there: `scalar@%`. */
  readonly user: string;
  readonly grants: readonly Grant[];
  readonly schemas: readonly string[];
}

const AS_OTHERS = ["SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER", "ALL PRIVILEGES"];

/** Beside the originals a dump's schemas have other names, which bodies of views and triggers do not follow. */
function definitionObstacles(settings: MysqlSettings, loader: Loader): readonly string[] {
  const { user, grants, schemas } = loader;
  const mayActAsOthers = AS_OTHERS.some((privilege) => isGranted(privilege, grants));
  const definitions = [
    ...settings.views.map((view) => ({ kind: "view", ...view })),
    ...settings.triggers.map((trigger) => ({ kind: "trigger", ...trigger })),
  ];
  return [
    ...definitions
      .filter(({ body, schema, kind }) =>
        namesSchema(body, kind === "view" ? others(schemas, schema) : schemas),
      )
      .map(
        ({ kind, schema, name }) =>
          `${kind} "${schema}"."${name}" names a schema of the dump, so beside the original it would read the original: restore by hand from the dump`,
      ),
    ...definitions
      .filter(({ definer }) => definer !== user && !mayActAsOthers)
      .map(
        ({ kind, schema, name, definer }) =>
          `${kind} "${schema}"."${name}" belongs to "${definer}", and the user may not create it for another: grant SET USER (MySQL: SET_USER_ID)`,
      ),
    ...settings.foreignKeys
      .filter(({ schema, refersTo }) => schema !== refersTo)
      .map(
        ({ schema, name, refersTo }) =>
          `a foreign key of "${schema}"."${name}" refers to schema "${refersTo}", so beside the original it would refer to the original`,
      ),
  ];
}

/** The server writes a view's own schema before every name, and its tool leaves it out again. */
function others(schemas: readonly string[], schema: string): readonly string[] {
  return schemas.filter((each) => each !== schema);
}

/** `scalar`.`account`, scalar.account: whatever the letters' case, since some servers do not mind it. */
function namesSchema(body: string, schemas: readonly string[]): boolean {
  return schemas.some((schema) => {
    const quotedName = literal(quoted("mysql", schema));
    return new RegExp(`(?:${quotedName}|(?<![\\p{L}\\p{N}_$])${literal(schema)})\\s*\\.`, "iu").test(body);
  });
}

/** For a regular expression. */
function literal(text: string): string {
  return [...text].map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join("");
}

/** What RENAME TABLE cannot carry from one schema to another, in the dump and in what is there now. */
async function swapObstacles(
  sql: Sql,
  captured: CapturedJdbc,
  { product }: ServerIdentity,
): Promise<readonly string[]> {
  const tables = await readTables(sql, { product, sees: false }, captured.schemas);
  const now = await readSettings(sql, captured.schemas, tables);
  const then = MysqlSettings.parse(captured.settings);
  const stuck = new Set<string>();
  for (const { triggers, views, foreignKeys } of [then, now]) {
    for (const { schema, name } of triggers) stuck.add(`trigger "${schema}"."${name}"`);
    for (const { schema, name } of views) stuck.add(`view "${schema}"."${name}"`);
    for (const { schema, name } of foreignKeys) stuck.add(`the foreign key of "${schema}"."${name}"`);
  }
  return [...stuck].map(
    (what) =>
      `${what} cannot be moved to another schema, which a restore in place does: restore beside the original instead`,
  );
}

async function currentUser(sql: Sql): Promise<string> {
  const [row] = await sql.query("SELECT CURRENT_USER() AS user");
  return String(row?.["user"]);
}
