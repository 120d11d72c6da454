import * as z from "zod";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Sql, SqlRow } from "../../sql/sql.ts";
import { withoutMark } from "./marks.ts";

const grant = z.object({ grantee: z.string(), privilege: z.string(), isGrantable: z.boolean() });
const setting = z.object({ role: z.string().exactOptional(), name: z.string(), value: z.string() });
const sequence = z.object({ schema: z.string(), name: z.string(), value: z.string() });

/** What a dump of one database does not carry, and what is counted to see that it came back. */
const KeptSettings = z.object({
  /** Whether all of the database was dumped, or some of its schemas. */
  isWhole: z.boolean(),
  owner: z.string(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** `libc`, `icu` or `builtin`. */
  provider: z.string(),
  /** Of another provider than libc. */
  locale: z.string().exactOptional(),
  /** Absent where it is the server's own default. */
  tablespace: z.string().exactOptional(),
  connectionLimit: z.number(),
  comment: z.string().exactOptional(),
  /** Absent where nothing was ever granted or revoked: then everybody may connect. */
  grants: z.array(grant).exactOptional(),
  /** `ALTER DATABASE ... SET` and `ALTER ROLE ... IN DATABASE ... SET`. */
  config: z.array(setting),
  extensions: z.array(z.object({ name: z.string(), version: z.string() })),
  /** All that own something or are granted something, and those that own. */
  roles: z.array(z.string()),
  owners: z.array(z.string()),
  tablespaces: z.array(z.string()),
  sequences: z.array(sequence),
  counts: z.record(z.string(), z.number()),
});
export type KeptSettings = Readonly<z.infer<typeof KeptSettings>>;
export type Grant = Readonly<z.infer<typeof grant>>;
export type DatabaseSetting = Readonly<z.infer<typeof setting>>;

export function keptSettings({ settings }: Pick<CapturedJdbc, "settings">): KeptSettings {
  const parsed = KeptSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `cannot read the settings that were captured with the dump: ${z.prettifyError(parsed.error)}`,
  );
}

type Asking = Pick<Sql, "query">;

interface Dumped {
  readonly schemas: readonly string[];
  readonly isWhole: boolean;
}

/** Of the database that is asked; of its schemas only those that are dumped. */
export async function readKeptSettings(
  sql: Asking,
  { schemas, isWhole }: Dumped,
  serverMajor: number,
): Promise<KeptSettings> {
  const database = await readDatabase(sql, serverMajor);
  const [grants, config, extensions] = await Promise.all([
    readGrants(sql),
    readConfig(sql),
    sql.query("SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1"),
  ]);
  const [roles, owners, tablespaces, sequences, counts] = await Promise.all([
    readRoles(sql),
    readOwners(sql, schemas),
    readTablespaces(sql, schemas),
    readSequences(sql, schemas),
    readCounts(sql, schemas),
  ]);
  return KeptSettings.parse({
    isWhole,
    ...database,
    ...(grants && { grants }),
    config,
    extensions,
    roles: [...new Set([...roles, ...owners, database["owner"]])].sort(),
    owners,
    tablespaces,
    sequences,
    counts,
  });
}

/** Columns for the locale have other names in every other version. */
function localeColumns(major: number): string {
  if (major >= 17) return "datlocprovider AS provider, datlocale AS locale";
  if (major >= 15) return "datlocprovider AS provider, daticulocale AS locale";
  return "'c' AS provider, NULL AS locale";
}

const PROVIDERS: Readonly<Record<string, string>> = { c: "libc", i: "icu", b: "builtin" };

async function readDatabase({ query }: Asking, major: number): Promise<SqlRow> {
  const [row] = await query(
    `SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate AS collate,
            datctype AS ctype, datconnlimit AS "connectionLimit", shobj_description(oid, 'pg_database') AS comment,
            (SELECT spcname FROM pg_tablespace t WHERE t.oid = dattablespace AND spcname <> 'pg_default') AS tablespace,
            ${localeColumns(major)}
       FROM pg_database WHERE datname = current_database()`,
  );
  const { comment, locale, provider, tablespace, ...rest } = row ?? {};
  const ownComment = withoutMark(comment as string | null);
  return {
    ...rest,
    provider: PROVIDERS[String(provider)] ?? String(provider),
    ...(locale !== null && { locale }),
    ...(tablespace !== null && { tablespace }),
    ...(ownComment !== undefined && { comment: ownComment }),
  };
}

async function readGrants({ query }: Asking): Promise<readonly SqlRow[] | undefined> {
  const [database] = await query(
    "SELECT datacl IS NULL AS usual FROM pg_database WHERE datname = current_database()",
  );
  if (database?.["usual"] === true) return undefined;
  return query(
    `SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS grantee,
            a.privilege_type AS privilege, a.is_grantable AS "isGrantable"
       FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = current_database() ORDER BY 1, 2`,
  );
}

async function readConfig({ query }: Asking): Promise<readonly SqlRow[]> {
  const rows = await query(
    `SELECT CASE s.setrole WHEN 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END AS role,
            split_part(line, '=', 1) AS name, substr(line, strpos(line, '=') + 1) AS value
       FROM pg_db_role_setting s, unnest(s.setconfig) line
      WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      ORDER BY 1 NULLS FIRST, 2`,
  );
  return rows.map(({ role, ...rest }) => ({ ...rest, ...(role !== null && { role }) }));
}

/** Those whose names begin so are there on every server of the version. */
const USERS_ROLE = "!~ '^pg_'";

/** Whoever owns or is granted something in it, or the database itself. The very first superuser is not recorded there. */
async function readRoles({ query }: Asking): Promise<readonly string[]> {
  const rows = await query(
    `SELECT DISTINCT r.rolname AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
      WHERE d.refclassid = 'pg_authid'::regclass AND r.rolname ${USERS_ROLE} AND d.deptype IN ('o', 'a', 'r', 'i')
        AND (SELECT oid FROM pg_database WHERE datname = current_database())
            IN (d.dbid, CASE d.classid WHEN 'pg_database'::regclass THEN d.objid END)
      ORDER BY 1`,
  );
  return rows.map((row) => String(row["name"]));
}

async function readOwners({ query }: Asking, schemas: readonly string[]): Promise<readonly string[]> {
  const rows = await query(
    `SELECT name FROM (
      SELECT pg_get_userbyid(n.nspowner) AS name FROM pg_namespace n WHERE n.nspname = ANY ($1)
      UNION SELECT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY ($1)
      UNION SELECT pg_get_userbyid(p.proowner) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = ANY ($1)) owners
      WHERE name ${USERS_ROLE} ORDER BY 1`,
    [schemas],
  );
  return rows.map((row) => String(row["name"]));
}

async function readTablespaces({ query }: Asking, schemas: readonly string[]): Promise<readonly string[]> {
  const rows = await query(
    `SELECT DISTINCT t.spcname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE n.nspname = ANY ($1) ORDER BY 1`,
    [schemas],
  );
  return rows.map((row) => String(row["name"]));
}

async function readSequences({ query }: Asking, schemas: readonly string[]): Promise<readonly SqlRow[]> {
  return query(
    `SELECT schemaname AS schema, sequencename AS name, coalesce(last_value, 0)::text AS value
       FROM pg_sequences WHERE schemaname = ANY ($1) ORDER BY 1, 2`,
    [schemas],
  );
}

/** Of objects of these kinds as many have to be in the restored one. */
const COUNTED: Readonly<Record<string, string>> = {
  tables: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')",
  views: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')",
  indexes: "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I')",
  constraints: "pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype <> 'n'",
  triggers: `pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE NOT t.tgisinternal`,
  functions: "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE true",
  policies: `pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE true`,
};

async function readCounts({ query }: Asking, schemas: readonly string[]) {
  const counts = Object.entries(COUNTED).map(
    ([name, from]) => `(SELECT count(*) FROM ${from} AND n.nspname = ANY ($1)) AS ${name}`,
  );
  const [row] = await query(`SELECT ${counts.join(", ")}`, [schemas]);
  return row ?? {};
}
