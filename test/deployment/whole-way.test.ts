import { once } from "node:events";
import { DeleteBackupCommand, ListBackupsCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countTransactions, type Totals } from "../../rehearsal/ledger/totals.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { expireBackups } from "../../shared/deployment/expire-backups.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { statusOf } from "../../shared/deployment/status.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { DynamodbResult } from "../../shared/restore/dynamodb/restore.ts";
import { createProtected } from "../databases/dynamodb/prod.ts";
import { isLonger } from "../longer.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { killOnTheWay, restoring } from "./killing.ts";
import { type RuinedWorld, ruinedWorld, tablesOf } from "./ruined-world.ts";
import { ALARM, READER, setEverything } from "./set-everything.ts";

const STEP_MS = 60_000;
const KILLS = isLonger ? 12 : 6;
const KILLS_BEFORE = isLonger ? 4 : 2;
const COMMIT_LIMIT_MS = 20_000;
const SILENT = { report: () => undefined };
const CONFIRMED = { ...SILENT, confirm: DEPLOYMENT };
const NEW_TABLE = "prod_reports.daily";
/** Has every setting that there is. */
const SET_TABLE = "prod_scalar.asset";

/** One ledger, from its disaster to its next commit: each test goes on where the one before ended. */
describe("a ledger that was backed up under load and ruined", { timeout: STEP_MS }, () => {
  let ruined: RuinedWorld;
  let before: readonly string[];
  let stream: string;
  let restored: Totals;
  const byId = () => ({ kind: "id", id: ruined.point.id }) as const;
  const lease = async () => (await ruined.open.catalog.lease(DEPLOYMENT))?.holder;
  const stateOf = async (run: string) => (await ruined.open.catalog.runs.get(run)).record.state;

  beforeAll(async () => {
    ruined = await ruinedWorld("whole way");
    await createdSince(ruined);
    stream = await setEverything(ruined, SET_TABLE);
    before = await tablesOf(ruined.world);
  }, STEP_MS);

  afterAll(async () => ruined[Symbol.asyncDispose]());

  test("is looked at side by side while it runs, and the copies are thrown away", async () => {
    const { world, open, opening } = ruined;
    const choice = { kind: "at", atMs: Date.now() } as const;
    const { id, plan } = await planRestore(open, { choice, mode: "side-by-side" });
    expect(dynamodbPlanOf({ plan })).toMatchObject({ point: ruined.point.id, leftAlone: [NEW_TABLE] });
    expect(await tablesOf(world)).toEqual(before);
    await runRestore(open, id, SILENT);
    const temporary = new Map(dynamodbPlanOf({ plan }).tables.map((table) => [table.name, table.temporary]));
    const copies = await world.totals((name) => temporary.get(world.names(name)) ?? name);
    expect(copies).toMatchObject({ assets: opening.assets, balance: opening.balance });
    expect((await world.totals()).balance).not.toBe(opening.balance);
    await abandonRestore(open, id, SILENT);
    expect(await tablesOf(world)).toEqual(before);
    expect(await stateOf(id)).toBe("abandoned");
    await expect(abandonRestore(open, id, SILENT)).rejects.toMatchObject({ code: "RUN_FINISHED" });
  });

  test("is not touched in place unconfirmed, nor while instances run", async () => {
    const { world, open } = ruined;
    const { id } = await planRestore(open, { choice: byId(), mode: "in-place" });
    await expect(runRestore(open, id, SILENT)).rejects.toMatchObject({ code: "CONFIRMATION_NEEDED" });
    await expect(runRestore(open, id, CONFIRMED)).rejects.toMatchObject({ code: "INSTANCES_RUNNING" });
    expect(await stateOf(id)).toBe("planned");
    expect(await lease()).toBeUndefined();
    expect(await tablesOf(world)).toEqual(before);
  });

  test("is restored in place by processes that are killed again and again, as if they had not been", async () => {
    const { world, open, opening } = ruined;
    await world.stopInstances();
    const { id, plan } = await planRestore(open, { choice: byId(), mode: "in-place" });
    const told = plan.text.consequences.join("\n");
    expect(told).toContain(`"${SET_TABLE}" gets a new stream`);
    expect(told).toContain(`"${SET_TABLE}" loses its reader ${READER}`);
    expect(told).toContain(ALARM);
    expect(told).not.toContain("Not looked at");
    const other = await planRestore(open, { choice: byId(), mode: "side-by-side" });
    for (let kill = 0; kill < KILLS_BEFORE; kill++) await killOnTheWay(ruined, id);
    // Nobody is at work, but the run has not ended.
    const refused = [runRestore(open, other.id, SILENT), takeBackup(open, SILENT)].map(failureOf);
    expect(await Promise.all(refused)).toEqual(["LEASE_HELD", "LEASE_HELD"]);
    expect((await statusOf(open)).unfinished.map((run) => run.id)).toEqual([id]);
    for (let kill = KILLS_BEFORE; kill < KILLS; kill++) await killOnTheWay(ruined, id);
    // The last one may have been killed when all was done.
    if ((await stateOf(id)) !== "done") expect(await once(restoring(ruined, id), "exit")).toEqual([0, null]);

    const { record } = await open.catalog.runs.get(id);
    const result = record.result as DynamodbResult;
    expect(record.state).toBe("done");
    expect(result.copies.proof.kind).not.toBe("disproven");
    expect(Object.keys(result.settingsDifferences)).toEqual([SET_TABLE]);
    expect(result.settingsDifferences[SET_TABLE]).toEqual([
      expect.stringMatching(
        `^event source mapping .* of ${READER} hangs on the old stream; the new one is arn`,
      ),
    ]);
    expect(result.settingsDifferences[SET_TABLE]?.[0]).not.toContain(stream);
    restored = await world.totals();
    expect(restored).toMatchObject({ assets: opening.assets, balance: opening.balance });
    expect(await tablesOf(world)).toEqual(before);
    const { BackupSummaries = [] } = await world.client.send(new ListBackupsCommand({ BackupType: "USER" }));
    const made = BackupSummaries.map(({ BackupName, BackupArn }) => [BackupName, BackupArn]);
    expect(made.map(([name]) => name).sort()).toEqual(
      dynamodbPlanOf({ plan })
        .tables.map(({ backup }) => backup)
        .sort(),
    );
    expect(made.map(([, arn]) => arn).sort()).toEqual([...result.backups].sort());
    // Also where it was killed between its end and giving back the lease.
    const [holder, nowMs] = [{ kind: "backup", run: "next" } as const, Date.now()];
    await open.catalog.acquireLease(DEPLOYMENT, holder, nowMs, nowMs + 1);
    await open.catalog.releaseLease(DEPLOYMENT, holder.run);
    await expect(runRestore(open, id, CONFIRMED)).rejects.toMatchObject({ code: "RUN_FINISHED" });
  });

  test("commits again on the restored tables", async () => {
    const { world, opening, open } = ruined;
    await world.restartInstances();
    const load = world.startLoad(2);
    const committed = () => countTransactions(world.client, world.names);
    await expect.poll(committed, { timeout: COMMIT_LIMIT_MS }).toBeGreaterThan(restored.transactions);
    await load.stop();
    expect((await world.totals()).balance).toBe(opening.balance);
    const status = await statusOf(open);
    expect(status).toMatchObject({ openPauses: [], unfinished: [] });
    expect(status.instances.map(({ kind }) => kind)).toEqual(["open", "open"]);
  });

  test("lets go of the backups once it can be restored without them, and of none before", async () => {
    const { open, world } = ruined;
    const aged = withRule(open, 1);
    const fates = async (of = aged, options = {}) => {
      const { backups, failure } = await expireBackups(of, options);
      expect(failure).toBeUndefined();
      return new Set(backups.map(({ fate, because }) => `${fate}: ${because.replace(/".*"/g, "X")}`));
    };
    expect(await fates(open)).toEqual(new Set(["kept: backups of this database are kept forever"]));
    expect(await fates(withRule(open, 86_400_000))).toEqual(new Set(["kept: it is kept for 1d at least"]));
    expect(await fates()).toEqual(new Set(["kept: no restore point was taken since that can be restored"]));
    const { point } = await takeBackup(open, SILENT);
    expect(point).toBeDefined();
    await expect.poll(() => fates(aged, { dryRun: true })).toEqual(new Set(["due: table X"]));
    const listed = async () => {
      const { BackupSummaries } = await world.client.send(new ListBackupsCommand({ BackupType: "USER" }));
      return BackupSummaries?.map(({ BackupArn }) => BackupArn) ?? [];
    };
    const [first, ...others] = await listed();
    await world.client.send(new DeleteBackupCommand({ BackupArn: first }));
    expect(await fates()).toEqual(new Set(["gone: somebody has deleted it", "expired: table X"]));
    expect(await listed()).toEqual([]);
    const [run] = (await open.catalog.runs.list(DEPLOYMENT)).records.filter(({ state }) => state === "done");
    expect(run?.expired?.map(({ arn }) => arn).sort()).toEqual([first, ...others].sort());
    expect(await fates()).toEqual(new Set());
  });

  test("is not restored to the old point again, since its tables are others now", async () => {
    const { open, point } = ruined;
    await open.catalog.points.update(point.id, asIfNothingWasLost);
    await expect(planRestore(open, { choice: byId(), mode: "in-place" })).rejects.toMatchObject({
      code: "PLAN_REFUSED",
      message: expect.stringContaining("is not the one that was backed up"),
    });
  });
});

/** As if the configuration kept backups for so long. */
function withRule(open: OpenDeployment, keepBackupsMs: number): OpenDeployment {
  const databases = open.settings.databases.map((database) => ({ ...database, keepBackupsMs }));
  return { ...open, settings: { ...open.settings, databases } };
}

/** As a catalog that did not hear of the restore. */
function asIfNothingWasLost(point: RestorePoint): RestorePoint {
  return Object.fromEntries(Object.entries(point).filter(([field]) => field !== "lostTo")) as RestorePoint;
}

/** As ScalarDB's schema loader makes one. */
async function createdSince({ world }: RuinedWorld): Promise<void> {
  await createProtected({ db: world.dynamodb, client: world.client }, NEW_TABLE);
  const Item = { table: { S: NEW_TABLE }, partitionKey: { L: [{ S: "id" }] } };
  await world.client.send(new PutItemCommand({ TableName: "prod_scalardb.metadata", Item }));
}

function failureOf(call: Promise<unknown>): Promise<string> {
  return call.then(() => "nothing was refused", codeOf);
}
