import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import { APPLICATION } from "./client-tools.ts";
import { findDatabase, othersIn } from "./database-row.ts";
import { putGrants } from "./grants.ts";
import type { KeptSettings } from "./kept-settings.ts";
import { markedComment } from "./marks.ts";

export interface Target {
  readonly name: string;
  readonly run: string;
}

/** Makes the database anew and empty, marked as this run's. What an earlier attempt of the run has left is removed. */
export async function makeTarget(
  admin: Sql,
  target: Target,
  settings: KeptSettings,
  open: () => Sql,
): Promise<void> {
  await adopt(admin, target, open);
  await removeTarget(admin, target);
  if ((await findDatabase(admin, target.name)) !== undefined)
    throw new StillpointError(
      "LOAD_FAILED",
      `cannot make database "${target.name}": there is one that run "${target.run}" has not made; it was left alone`,
    );
  await admin.query(`CREATE DATABASE ${quoted("postgresql", target.name)} ${clausesOf(settings)}`);
  await mark(admin, target);
  // Before any row is in it: by default everybody may connect.
  const { owner, grants } = settings;
  if (grants !== undefined) await putGrants(admin, target.name, grants, { owner });
}

/** Drops it where this run has made it, and nobody works in it but our own tools; others are left alone. */
export async function removeTarget(admin: Sql, { name, run }: Target): Promise<void> {
  const found = await findDatabase(admin, name);
  if (found?.madeBy !== run) return;
  const others = await othersIn(admin, [name], APPLICATION);
  if (others.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `database "${name}", which run "${run}" has made, was not removed: connected are ${others.join("; ")}. Where they are to work in it, leave it; else stop them, and try again`,
    );
  await admin.query(`DROP DATABASE ${quoted("postgresql", name)} WITH (FORCE)`);
}

/** One that a process has made and not lived to mark: it has this run's name, no comment, and nothing in it. */
async function adopt(admin: Sql, target: Target, open: () => Sql): Promise<void> {
  const found = await findDatabase(admin, target.name);
  if (found === undefined || found.comment !== undefined || !found.isOurs) return;
  const sql = open();
  try {
    const [row] = await sql.query("SELECT count(*) AS number FROM pg_class WHERE oid >= 16384");
    if (Number(row?.["number"]) === 0) await mark(admin, target);
  } finally {
    sql.close();
  }
}

async function mark(admin: Sql, { name, run }: Target): Promise<void> {
  await commentOn(admin, name, markedComment(run));
}

export async function commentOn(admin: Pick<Sql, "query">, name: string, comment: string): Promise<void> {
  await admin.query(`COMMENT ON DATABASE ${quoted("postgresql", name)} IS ${literal(comment)}`);
}

/** Statements of this kind take no parameters. */
export function literal(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return text.includes("\\") ? `E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}

function clausesOf(settings: KeptSettings): string {
  const { owner, encoding, collate, ctype, provider, locale, tablespace } = settings;
  return [
    "TEMPLATE template0",
    `OWNER ${quoted("postgresql", owner)}`,
    `ENCODING ${literal(encoding)}`,
    ...(tablespace === undefined ? [] : [`TABLESPACE ${quoted("postgresql", tablespace)}`]),
    `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`,
    ...(provider === "icu" ? [`LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale ?? "und")}`] : []),
    ...(provider === "builtin" ? [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale ?? "C")}`] : []),
  ].join(" ");
}
