import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import { findDatabase } from "./database-row.ts";
import { putGrants } from "./grants.ts";
import { readServer } from "./inspection.ts";
import { type DatabaseSetting, type KeptSettings, keptSettings, readKeptSettings } from "./kept-settings.ts";
import { markedComment, runOfMark } from "./marks.ts";
import { isTable, labelOf, readRelations } from "./relations.ts";
import { commentOn, literal } from "./target-database.ts";

interface Settling {
  readonly admin: Sql;
  readonly target: Sql;
  readonly name: string;
  readonly captured: CapturedJdbc;
}

/** Puts back what the database itself had, then compares all that was captured. What differs, in sentences. */
export async function settleDatabase(settling: Settling): Promise<readonly string[]> {
  const { admin, target, name, captured } = settling;
  const wanted = keptSettings(captured);
  const { major } = await readServer(target);
  const dumped = { schemas: captured.schemas, isWhole: wanted.isWhole };
  const before = await readKeptSettings(target, dumped, major);
  await putBack(admin, name, { wanted, found: before });
  const found = await readKeptSettings(target, dumped, major);
  return [...differences(wanted, found), ...(await missingTables(settling))];
}

interface Both {
  readonly wanted: KeptSettings;
  readonly found: KeptSettings;
}

async function putBack(admin: Sql, name: string, { wanted, found }: Both): Promise<void> {
  const database = quoted("postgresql", name);
  for (const one of wanted.config)
    if (!found.config.some((other) => isSame(one, other))) await admin.query(settingOf(database, one));
  if (wanted.connectionLimit !== found.connectionLimit)
    await admin.query(`ALTER DATABASE ${database} CONNECTION LIMIT ${wanted.connectionLimit}`);
  if (wanted.grants !== undefined && !isSame(wanted.grants, found.grants))
    await putGrants(admin, name, wanted.grants, found);
  if (wanted.comment !== found.comment) await putComment(admin, name, wanted.comment);
}

/** Their values are SQL already, names one by one: a quoted one would be a single name with commas in it. */
const LISTS = new Set([
  "search_path",
  "session_preload_libraries",
  "local_preload_libraries",
  "temp_tablespaces",
]);
const LIST = /^(?:"(?:[^"]|"")*"|[\w$]+)(?:, *(?:"(?:[^"]|"")*"|[\w$]+))*$/;

function settingOf(database: string, { role, name, value }: DatabaseSetting): string {
  const written = LISTS.has(name) && LIST.test(value) ? value : literal(value);
  const setting = `SET ${quoted("postgresql", ...name.split("."))} TO ${written}`;
  return role === undefined
    ? `ALTER DATABASE ${database} ${setting}`
    : `ALTER ROLE ${quoted("postgresql", role)} IN DATABASE ${database} ${setting}`;
}

async function putComment(admin: Sql, name: string, comment: string | undefined): Promise<void> {
  const madeBy = runOfMark((await findDatabase(admin, name))?.comment);
  await commentOn(admin, name, madeBy === undefined ? (comment ?? "") : markedComment(madeBy, comment));
}

const COMPARED = [
  "owner",
  "encoding",
  "collate",
  "ctype",
  "provider",
  "locale",
  "tablespace",
  "connectionLimit",
  "comment",
] as const;

function differences(wanted: KeptSettings, found: KeptSettings): readonly string[] {
  return [
    ...COMPARED.filter((name) => wanted[name] !== found[name]).map(
      (name) => `${name} is ${shown(found[name])}, was ${shown(wanted[name])}`,
    ),
    ...(isSame(wanted.grants, found.grants) ? [] : ["who may connect to the database is not as it was"]),
    ...lacking("setting", wanted.config, found.config, ({ name, role }) =>
      role === undefined ? name : `${name} of role ${role}`,
    ),
    ...lacking("extension", wanted.extensions, found.extensions, ({ name, version }) => `${name} ${version}`),
    ...sequenceDifferences(wanted, found),
    ...Object.entries(wanted.counts)
      .filter(([kind, number]) => (found.counts[kind] ?? 0) !== number)
      .map(([kind, number]) => `it has ${found.counts[kind] ?? 0} ${kind}, there were ${number}`),
  ];
}

/** The dump is younger than what was captured: a sequence may have gone on meanwhile. */
function sequenceDifferences(wanted: KeptSettings, found: KeptSettings): readonly string[] {
  return wanted.sequences.flatMap(({ schema, name, value }) => {
    const now = found.sequences.find((each) => each.schema === schema && each.name === name);
    if (now === undefined) return [`sequence "${schema}.${name}" is missing`];
    return BigInt(now.value) * signOf(value) >= BigInt(value) * signOf(value)
      ? []
      : [`sequence "${schema}.${name}" is at ${now.value}, was at ${value}`];
  });
}

function signOf(value: string): bigint {
  return value.startsWith("-") ? -1n : 1n;
}

function lacking<T>(
  what: string,
  wanted: readonly T[],
  found: readonly T[],
  label: (one: T) => string,
): readonly string[] {
  return wanted
    .filter((one) => !found.some((other) => isSame(one, other)))
    .map((one) => `${what} ${label(one)} is missing or another one`);
}

async function missingTables({ target, captured }: Settling): Promise<readonly string[]> {
  const found = new Set((await readRelations(target, captured.schemas)).filter(isTable).map(labelOf));
  return captured.tables
    .filter((table) => !found.has(labelOf(table)))
    .map((table) => `table "${labelOf(table)}" is missing`);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function shown(value: string | number | undefined): string {
  return value === undefined ? "absent" : `"${value}"`;
}
