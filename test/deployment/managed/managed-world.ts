import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type History, startHistory } from "../../../rehearsal/rds/postgresql-history.ts";
import { type Rds, startRds } from "../../../rehearsal/rds/rds.ts";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { openStore } from "../../../shared/catalog/open-store.ts";
import { deploymentNamed, loadConfig } from "../../../shared/config/load-config.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import type { SqlAddress } from "../../../shared/databases/sql/sql.ts";
import { type OpenDeployment, openDeployment } from "../../../shared/deployment/open-deployment.ts";
import { type EmbeddedGate, embeddedGate } from "../../admin/embedded-gate.ts";
import { INSTANCE, LEDGER, QUICK } from "../../databases/managed/rds/prod.ts";
import { loadIntoSql } from "../../databases/sql/load-fixture.ts";

export const DEPLOYMENT = "payments";

/** An RDS instance with a real PostgreSQL behind it, and an instance that writes to it through its gate. */
export interface ManagedWorld extends AsyncDisposable {
  readonly rds: Rds;
  readonly history: History;
  readonly gate: EmbeddedGate;
  readonly open: OpenDeployment;
  /** Where a server is asked, the original at its own address by default. */
  addressAt(host?: string): SqlAddress;
  /** Writes a row as often as it can until it is told to end; answers their times. */
  write(): { end(): Promise<readonly number[]> };
}

export async function managedWorld(): Promise<ManagedWorld> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-managed-"));
  const history = await startHistory(folder);
  const { server } = history;
  const addressAt = (host: string = server.host, database = "ledger"): SqlAddress => {
    const { port, user, password } = server;
    return { engine: "postgresql", host, port, user, password, database, tls: "off" };
  };
  await ask(addressAt(server.host, "postgres"), ["CREATE DATABASE ledger"]);
  const sql = await openSql(addressAt());
  await loadIntoSql(sql, "ledger-postgres.jsonl.gz");
  await sql.query("CREATE TABLE public.written (at_ms bigint PRIMARY KEY)");
  sql.close();
  await history.backUp();
  const rds = await startRds({ pace: QUICK, backing: history });
  for (const group of ["subnets", "16", "options"]) {
    rds.world.groups.subnet.add(`ledger-${group}`);
    rds.world.groups.parameter.add(`ledger-${group}`);
    rds.world.groups.option.add(`ledger-${group}`);
  }
  const fields = { ...INSTANCE, Endpoint: { Port: String(server.port) } };
  rds.add({ kind: "instance", name: LEDGER, fields, ageMs: 0, place: server });
  const gate = await embeddedGate();
  const env = { ...process.env, DB_PASSWORD: server.password };
  const config = join(folder, "stillpoint.yml");
  await writeFile(config, configurationText(rds, gate));
  const loaded = loadConfig(config, env);
  const catalog = catalogOver(openStore(loaded.catalog, () => {}));
  const open = openDeployment(deploymentNamed(loaded, DEPLOYMENT), catalog, env);
  return {
    rds,
    history,
    gate,
    open,
    addressAt,
    write: () => writing(gate, addressAt()),
    [Symbol.asyncDispose]: async () => {
      open.close();
      await gate.close().catch(() => undefined);
      await rds.close();
      await history.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configurationText(
  { endpoint, world: { region } }: Rds,
  { instance: { host, port } }: EmbeddedGate,
): string {
  const service = { service: "rds", region, endpoint, server: LEDGER };
  const access = { user: "postgres", password: { env: "DB_PASSWORD" }, tls: "off", database: "ledger" };
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product: "scalardl",
        components: { ledger: { kind: "ledger", instances: [`${host}:${port}`] } },
        databases: { main: { kind: "managed", ...service, ...access } },
      },
    },
  });
}

/** Like a ledger: every row is written inside a request, which a pause holds. */
function writing(gate: EmbeddedGate, address: SqlAddress) {
  let going = true;
  const times: number[] = [];
  const work = (async () => {
    const sql = await openSql(address);
    while (going) {
      const answer = await gate.beginRequest();
      const [row] = await sql.query(
        "INSERT INTO public.written SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) ON CONFLICT DO NOTHING RETURNING at_ms",
      );
      if (row !== undefined) times.push(Number(row["at_ms"]));
      await answer();
    }
    sql.close();
  })();
  // Whoever ends it hears of it.
  work.catch(() => undefined);
  return {
    end: async () => {
      going = false;
      await work;
      return times;
    },
  };
}

export async function ask(address: SqlAddress, texts: readonly string[]) {
  const sql = await openSql(address);
  try {
    const answers = [];
    for (const text of texts) answers.push(await sql.query(text));
    return answers;
  } finally {
    sql.close();
  }
}
