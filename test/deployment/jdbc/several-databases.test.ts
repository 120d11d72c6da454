import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { openSql } from "../../../shared/databases/sql/open-sql.ts";
import type { Sql, SqlAddress, SqlRow } from "../../../shared/databases/sql/sql.ts";
import { abandonRestore } from "../../../shared/deployment/abandon-restore.ts";
import { Dumps } from "../../../shared/deployment/jdbc/dumps.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import { planRestore } from "../../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../../shared/deployment/run-restore.ts";
import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import type { JdbcResult } from "../../../shared/restore/jdbc/restore.ts";
import { loadIntoSql } from "../../databases/sql/load-fixture.ts";
import { type OwnMariadb, ownMariadb } from "../../databases/sql/own-mariadb.ts";
import { type OwnPostgresql, ownPostgresql } from "../../databases/sql/own-postgresql.ts";
import { DEPLOYMENT, openWorld } from "./dumped-world.ts";

const STEP_MS = 120_000;
const RUNNING = { report: () => undefined, confirm: DEPLOYMENT };
const NAMES = ["ledger", "bank"];

/** A database of PostgreSQL and one of MariaDB, dumped while nobody writes. */
describe("dumps of two databases in one pause", { timeout: STEP_MS }, () => {
  let postgresql: OwnPostgresql;
  let mariadb: OwnMariadb;
  let folder: string;
  let open: OpenDeployment;

  beforeAll(async () => {
    [postgresql, mariadb] = await Promise.all([ownPostgresql(), ownMariadb()]);
    folder = await mkdtemp(join(tmpdir(), "stillpoint-several-"));
    const ledger = await postgresql.make("ledger");
    await loadIntoSql(ledger, "ledger-postgres.jsonl.gz");
    await loadIntoSql(mariadb.sql, "scalardb-group-commit-postgres.jsonl");
    for (const sql of [ledger, mariadb.sql]) await longAgo(sql);
    const config = join(folder, "stillpoint.yml");
    await writeFile(config, configurationText(postgresql.address("ledger"), mariadb.address));
    open = openWorld(config, {
      ...process.env,
      LEDGER_PASSWORD: postgresql.server.password,
      BANK_PASSWORD: mariadb.server.password,
    });
  }, STEP_MS);

  afterAll(async () => {
    open?.close();
    await Promise.all([postgresql?.end(), mariadb?.end()]);
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (text: string, database: "ledger" | "bank"): Promise<readonly SqlRow[]> => {
    const sql = await openSql(database === "ledger" ? postgresql.address("ledger") : mariadb.address);
    try {
      return await sql.query(text);
    } finally {
      sql.close();
    }
  };
  const count = async (database: "ledger" | "bank") =>
    Number((await ask("SELECT count(*) AS number FROM coordinator.state", database))[0]?.["number"]);
  const loseAll = async () => {
    for (const database of ["ledger", "bank"] as const) await ask("DELETE FROM coordinator.state", database);
  };

  test("are proven by the pause, and change names when both were verified", async () => {
    const before = [await count("ledger"), await count("bank")];
    const { id: point } = await dumpBoth(open, "one");
    await loseAll();
    const { id, plan } = await planRestore(open, { choice: { kind: "id", id: point }, mode: "in-place" });
    const { copies, replaced, dumps } = (await runRestore(open, id, RUNNING)) as JdbcResult;
    expect(copies.proof).toMatchObject({
      kind: "proven",
      reason: expect.stringContaining("nothing in them is dated inside it"),
    });
    expect(replaced?.proof.kind).toBe("proven");
    expect([await count("ledger"), await count("bank")]).toEqual(before);
    expect(dumps.map(({ noun }) => noun)).toEqual(["database", "schema"]);
    const kept = (plan.restore as JdbcPlan).dumps.flatMap((dump) => Object.values(dump.kept));
    for (const name of kept) expect(dumps.flatMap(({ removal }) => removal).join()).toContain(name);
  });

  test("are disproven by a commit inside the pause, and then no name changes hands", async () => {
    const { id: point } = await dumpBoth(open, "two", () =>
      ask(
        `INSERT INTO coordinator.state (tx_id, tx_child_ids, tx_state, tx_created_at) VALUES ('late', '', 3, ${Date.now()})`,
        "bank",
      ),
    );
    await loseAll();
    const { id } = await planRestore(open, { choice: { kind: "id", id: point }, mode: "in-place" });
    await expect(runRestore(open, id, RUNNING)).rejects.toMatchObject({
      code: "COPY_DISPROVEN",
      message: expect.stringMatching(/"late" .* was committed inside the pause/),
    });
    expect([await count("ledger"), await count("bank")]).toEqual([0, 0]);
    expect(await abandonRestore(open, id, RUNNING)).toMatchObject({ kind: "jdbc" });
  });
});

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** What the fixtures hold was committed long before any test, whatever the clock of the machine says. */
async function longAgo(sql: Sql): Promise<void> {
  const times = await sql.query(
    `SELECT table_schema AS namespace, table_name AS name, column_name AS time FROM information_schema.columns
      WHERE column_name IN ('tx_prepared_at', 'tx_committed_at', 'tx_created_at', 'before_tx_prepared_at', 'before_tx_committed_at')`,
  );
  for (const { namespace, name, time } of times)
    await sql.query(`UPDATE ${namespace}.${name} SET ${time} = ${time} - ${TEN_YEARS_MS}`);
}

function configurationText(ledger: SqlAddress, bank: SqlAddress): string {
  const section = ({ engine, host, port, user, database }: SqlAddress, env: string) => ({
    kind: "jdbc",
    ...{ engine, host, port, user, tls: "off", password: { env } },
    ...(database !== undefined && { database }),
    dumps: { kind: "folder", path: "./dumps" },
  });
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product: "scalardl",
        components: { ledger: { kind: "ledger", instances: ["127.0.0.1:1"] } },
        pause: { scalarClockBound: "2ms" },
        databases: { ledger: section(ledger, "LEDGER_PASSWORD"), bank: section(bank, "BANK_PASSWORD") },
      },
    },
  });
}

/** A point as a backup would record it that has paused the instances meanwhile, of which there are none. */
async function dumpBoth(
  open: OpenDeployment,
  name: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<RestorePoint> {
  const startMs = Date.now();
  // The guard of 2 ms around what is dated before the pause and inside it.
  while (Date.now() < startMs + 10) await meanwhileNothing();
  await meanwhile();
  const dumps = new Dumps(open, () => undefined);
  const wish = { run: `backup-${name}`, databases: NAMES, withinMs: 30_000 };
  const snapshots = await dumps.take(wish, new AbortController().signal);
  while (Date.now() < startMs + 20) await meanwhileNothing();
  const point: RestorePoint = {
    schema: 1,
    id: `${DEPLOYMENT}-${name}`,
    deployment: DEPLOYMENT,
    createdMs: Date.now(),
    basis: "window",
    artifact: "pending",
    window: { startMs, endMs: Date.now() },
    instances: [],
    discovery: "list",
    databases: Object.entries(snapshots).map(([database, { atMs, captured }]) => ({
      name: database,
      kind: "jdbc",
      atSecond: Math.floor(atMs / 1000),
      clockBound: { lowMs: -1, highMs: 1 },
      captured,
    })),
  };
  await open.catalog.points.create(point);
  const finished = await dumps.finish(point.id, new AbortController().signal);
  await open.catalog.releaseLease(DEPLOYMENT, wish.run);
  return finished.point;
}

function meanwhileNothing(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
