import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { openStore } from "../../../shared/catalog/open-store.ts";
import { deploymentNamed, loadConfig } from "../../../shared/config/load-config.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import type { SqlAddress, SqlEngine, SqlRow } from "../../../shared/databases/sql/sql.ts";
import { type OpenDeployment, openDeployment } from "../../../shared/deployment/open-deployment.ts";
import { takeBackup } from "../../../shared/deployment/take-backup.ts";
import { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { loadIntoSql } from "../../databases/sql/load-fixture.ts";
import { ownMariadb } from "../../databases/sql/own-mariadb.ts";
import { ownPostgresql } from "../../databases/sql/own-postgresql.ts";

export const DEPLOYMENT = "payments";
const ASSETS = "scalar.asset";
const FIXTURE = "ledger-postgres.jsonl.gz";
const DATABASE = "ledger";
/** Nobody listens there: what a stopped instance looks like. */
const STOPPED = "127.0.0.1:1";

/** A server with what the real Ledger has written to it, and a configuration that names it. */
export interface DumpedWorld extends AsyncDisposable {
  readonly folder: string;
  readonly config: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly open: OpenDeployment;
  /** As the user of the configuration; on PostgreSQL in its database. */
  readonly address: SqlAddress;
}

interface OwnServer {
  readonly address: SqlAddress;
  end(): Promise<void>;
}

async function ownServer(engine: SqlEngine): Promise<OwnServer> {
  if (engine === "mysql") return ownMariadb();
  const own = await ownPostgresql();
  return { address: own.address(DATABASE), end: () => own.end() };
}

export async function dumpedWorld(engine: SqlEngine): Promise<DumpedWorld> {
  const own = await ownServer(engine);
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-dumped-"));
  const world = await worldOf(folder, own, () => rm(folder, { recursive: true, force: true }));
  if (engine === "postgresql") await ask(world, `CREATE DATABASE ${DATABASE}`, "postgres");
  const sql = await openSql(own.address);
  await loadIntoSql(sql, FIXTURE);
  sql.close();
  return world;
}

/** The same deployment, once its configuration names another server, on which there is nothing. */
export async function onNewServer({ folder, address }: DumpedWorld): Promise<DumpedWorld> {
  return worldOf(folder, await ownServer(address.engine), async () => undefined);
}

async function worldOf(folder: string, own: OwnServer, end: () => Promise<void>): Promise<DumpedWorld> {
  const { address } = own;
  const config = join(folder, `stillpoint-${address.port}.yml`);
  await writeFile(config, configurationText(address));
  const env = { ...process.env, DB_PASSWORD: address.password };
  const open = openWorld(config, env);
  return {
    folder,
    config,
    env,
    open,
    address,
    [Symbol.asyncDispose]: async () => {
      open.close();
      await own.end();
      await end();
    },
  };
}

export function openWorld(config: string, env: Readonly<Record<string, string | undefined>>): OpenDeployment {
  const loaded = loadConfig(config, env);
  const catalog = catalogOver(openStore(loaded.catalog, () => {}));
  return openDeployment(deploymentNamed(loaded, DEPLOYMENT), catalog, env);
}

function configurationText({ engine, host, port, user, database }: SqlAddress): string {
  const where = { engine, host, port, ...(database !== undefined && { database }) };
  const access = { user, password: { env: "DB_PASSWORD" }, tls: "off" };
  const dumps = { kind: "folder", path: "./dumps" };
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product: "scalardl",
        components: { ledger: { kind: "ledger", instances: [STOPPED] } },
        databases: { main: { kind: "jdbc", ...where, ...access, dumps } },
      },
    },
  });
}

/** A point of what is there now. */
export async function backUp({ open }: DumpedWorld): Promise<RestorePoint> {
  const { point, failure, verdict } = await takeBackup(open, { report: () => undefined });
  if (point?.artifact === "complete") return point;
  throw new Error(`no backup: ${JSON.stringify({ failure, verdict, because: point?.because })}`);
}

export function capturedIn(point: RestorePoint): CapturedJdbc {
  return CapturedJdbc.parse(point.databases[0]?.captured);
}

/** Asks and is gone again: whoever stays connected to a database keeps it from being renamed or dropped. */
export async function ask(
  { address }: DumpedWorld,
  text: string,
  database?: string,
): Promise<readonly SqlRow[]> {
  const isOther = address.engine === "postgresql" && database !== undefined;
  const sql = await openSql(isOther ? { ...address, database } : address);
  try {
    return await sql.query(text);
  } finally {
    sql.close();
  }
}

/** Records of all assets are lost, as if somebody had deleted them. */
export async function ruin(world: DumpedWorld): Promise<void> {
  await ask(world, `DELETE FROM ${ASSETS} WHERE age > 3`);
}

/** Rows of the asset table, wherever it is: in `ledger_1234abcd` on PostgreSQL, `scalar_1234abcd` on MySQL. */
export async function countAssets(world: DumpedWorld, name?: string): Promise<number> {
  const table = world.address.engine === "mysql" && name !== undefined ? `\`${name}\`.asset` : ASSETS;
  const [row] = await ask(world, `SELECT count(*) AS number FROM ${table}`, name);
  return Number(row?.["number"]);
}

/** Databases of PostgreSQL, schemas of MySQL. */
export async function namesOn(world: DumpedWorld): Promise<readonly string[]> {
  const text =
    world.address.engine === "mysql"
      ? "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA"
      : "SELECT datname AS name FROM pg_database";
  return (await ask(world, text, "postgres")).map(({ name }) => String(name)).sort();
}
