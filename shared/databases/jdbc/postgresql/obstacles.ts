import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Names } from "../server.ts";
import { APPLICATION, type ClientTools } from "./client-tools.ts";
import { findDatabase, othersIn } from "./database-row.ts";
import { readServer } from "./inspection.ts";
import { type KeptSettings, keptSettings } from "./kept-settings.ts";
import { readSchemaNames } from "./relations.ts";

export interface Planned {
  readonly targets: Names;
  readonly kept: Names;
  readonly inPlace: boolean;
  /** False while it is only planned. */
  readonly stopped?: boolean;
  readonly toolsElsewhere?: boolean;
}

interface Looking {
  readonly admin: Sql;
  readonly tools: ClientTools;
  readonly captured: CapturedJdbc;
  /** The database with the original's name. */
  readonly original: Pick<Sql, "query">;
}

/** All that speaks against a restore, in sentences. */
export async function findObstacles(looking: Looking, planned: Planned): Promise<readonly string[]> {
  const { admin, captured } = looking;
  const settings = keptSettings(captured);
  return [
    ...(await serverObstacles(looking)),
    ...(planned.toolsElsewhere ? [] : await toolObstacles(looking)),
    ...(await takenNames(admin, planned)),
    ...(await roleObstacles(admin, settings)),
    ...(await absences(admin, settings)),
    ...(await localeObstacles(admin, settings)),
    ...(planned.inPlace ? await originalObstacles(looking, planned.stopped ?? true) : []),
  ];
}

function majorOf(version: string): number {
  return Number.parseInt(/\d+/.exec(version)?.[0] ?? "0", 10);
}

async function serverObstacles({ admin, captured }: Looking): Promise<readonly string[]> {
  const { version, major } = await readServer(admin);
  if (major >= majorOf(captured.serverVersion)) return [];
  return [`the server is PostgreSQL ${version}, older than ${captured.serverVersion}, which was dumped`];
}

async function toolObstacles({ tools, captured }: Looking): Promise<readonly string[]> {
  const dumped = majorOf(captured.serverVersion);
  const name = captured.artifact?.format === "plain" ? "psql" : "pg_restore";
  const tool = await tools.version(name);
  const needed = Math.max(dumped, majorOf(captured.artifact?.tool.replace(/^\S+/, "") ?? ""));
  if (tool === undefined)
    return [
      `"${tools.program(name)}" cannot be run: install PostgreSQL's client, version ${needed} or later`,
    ];
  if (tool.major >= needed) return [];
  return [
    `"${tools.program(name)}" is ${tool.text}, older than the dump: install version ${needed} or later`,
  ];
}

async function takenNames(admin: Sql, { targets, kept, inPlace }: Planned): Promise<readonly string[]> {
  const obstacles: string[] = [];
  for (const name of Object.values(targets)) {
    const found = await findDatabase(admin, name);
    // What an earlier attempt of the same run has left: it is made anew.
    if (found !== undefined && !(found.madeBy !== undefined && name.endsWith(found.madeBy.slice(-8))))
      obstacles.push(`there is a database "${name}" already, which this restore has not made`);
  }
  if (!inPlace) return obstacles;
  for (const name of Object.values(kept))
    if ((await findDatabase(admin, name)) !== undefined)
      obstacles.push(
        `there is a database "${name}" already, the name under which the original is to be kept`,
      );
  return obstacles;
}

async function roleObstacles(admin: Sql, { roles, owners, owner }: KeptSettings): Promise<readonly string[]> {
  const [me] = await admin.query(
    "SELECT current_user AS name, rolsuper AS super, rolcreatedb AS creates FROM pg_roles WHERE rolname = current_user",
  );
  const known = await admin.query(
    "SELECT rolname AS name, pg_has_role(oid, 'MEMBER') AS member FROM pg_roles WHERE rolname = ANY ($1)",
    [roles],
  );
  const missing = roles.filter((role) => !known.some(({ name }) => name === role));
  const foreign = known.filter(
    ({ name, member }) => member !== true && (name === owner || owners.includes(String(name))),
  );
  return [
    ...(me?.["super"] === true || me?.["creates"] === true
      ? []
      : [`user "${me?.["name"]}" may not make databases: ALTER ROLE "${me?.["name"]}" CREATEDB`]),
    ...missing.map(
      (role) => `there is no role "${role}", which owns or is granted something: CREATE ROLE it`,
    ),
    ...foreign.map(
      ({ name }) =>
        `user "${me?.["name"]}" is not a member of role "${name}", which owns something: GRANT "${name}" TO "${me?.["name"]}"`,
    ),
  ];
}

async function absences(
  admin: Sql,
  { extensions, tablespaces, tablespace }: KeptSettings,
): Promise<readonly string[]> {
  const needed = new Set([...tablespaces, ...(tablespace === undefined ? [] : [tablespace])]);
  const available = await admin.query("SELECT name FROM pg_available_extensions");
  const spaces = await admin.query("SELECT spcname AS name FROM pg_tablespace");
  const lacks = (names: readonly string[], of: readonly { readonly [name: string]: unknown }[]) =>
    names.filter((each) => !of.some(({ name }) => name === each));
  return [
    ...lacks(
      extensions.map(({ name }) => name),
      available,
    ).map((name) => `extension "${name}" is not installed on the server`),
    ...lacks([...needed], spaces).map((name) => `there is no tablespace "${name}"`),
  ];
}

/** Of libc's locales the server knows those that it found when it was set up. */
async function localeObstacles(
  admin: Sql,
  { collate, ctype, provider }: KeptSettings,
): Promise<readonly string[]> {
  const rows = await admin.query(
    `SELECT collcollate AS name FROM pg_collation WHERE collcollate IS NOT NULL
      UNION SELECT unnest(ARRAY[datcollate, datctype]) FROM pg_database`,
  );
  const known = new Set(["c", "posix", ...rows.map(({ name }) => spelled(String(name)))]);
  const { major } = await readServer(admin);
  return [
    ...[...new Set([collate, ctype])]
      .filter((locale) => !known.has(spelled(locale)))
      .map((locale) => `the server does not know the locale "${locale}"`),
    ...(provider === "icu" && major < 15 ? ["the server has no databases with locales of ICU"] : []),
  ];
}

/** `en_US.UTF-8` is `en_US.utf8`. */
function spelled(locale: string): string {
  return locale.toLowerCase().replaceAll("-", "");
}

async function originalObstacles(
  { admin, captured, original }: Looking,
  stopped: boolean,
): Promise<readonly string[]> {
  const { database = "" } = captured;
  const found = await findDatabase(admin, database);
  if (found === undefined) return [];
  const prepared = await admin.query("SELECT gid FROM pg_prepared_xacts WHERE database = $1", [database]);
  const extra = (await readSchemaNames(original)).filter((schema) => !captured.schemas.includes(schema));
  return [
    ...(found.isOurs ? [] : [`this user does not own database "${database}", so it may not rename it`]),
    ...(stopped ? await othersIn(admin, [database], APPLICATION) : []).map(
      (who) => `somebody is connected: ${who}`,
    ),
    ...prepared.map(({ gid }) => `transaction "${gid}" of database "${database}" is prepared and not ended`),
    ...(await held(original, extra)).map(
      (schema) => `schema "${schema}" of database "${database}" is not in the dump and would be lost`,
    ),
  ];
}

/** Of these schemas those that hold something: `public` is there in every database. */
async function held({ query }: Pick<Sql, "query">, schemas: readonly string[]): Promise<readonly string[]> {
  const rows = await query(
    `SELECT n.nspname AS name FROM pg_namespace n WHERE n.nspname = ANY ($1) AND (n.nspname <> 'public'
        OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid)
        OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid)) ORDER BY 1`,
    [schemas],
  );
  return rows.map(({ name }) => String(name));
}
