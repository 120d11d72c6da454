import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { type PauseRecord, SCHEMA } from "../../shared/catalog/model.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { openDeployment } from "../../shared/deployment/open-deployment.ts";
import { sweepPauses } from "../../shared/deployment/sweep-pauses.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";

/** Nothing listens there: a process that is gone took its pause with it. */
const ADDRESS = { component: "ledger", host: "127.0.0.1", port: 1 };
const configuration = (port: number) => `
deployments:
  payments:
    components: { ledger: { instances: ["127.0.0.1:${port}"] } }
    pause: { rpcDeadline: 500ms }
    databases: { main: { kind: dynamodb, region: us-east-1, endpoint: "http://127.0.0.1:1" } }
`;

async function deployment(port = 1) {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-test-"));
  const path = join(folder, "stillpoint.yml");
  await writeFile(path, configuration(port));
  const config = loadConfig(path, {});
  const catalog = catalogOver(openStore(config.catalog, () => {}));
  const [settings] = config.deployments;
  if (settings === undefined) throw new Error("the test's configuration has no deployment");
  const open = openDeployment(settings, catalog, {});
  onTestFinished(async () => {
    open.close();
    await rm(folder, { recursive: true });
  });
  return { open, catalog };
}

async function leaveBehind(catalog: Catalog, deadlineMs: number): Promise<void> {
  const record: PauseRecord = {
    schema: SCHEMA,
    id: "pause-1",
    deployment: "payments",
    run: "backup-1",
    openedMs: Math.min(deadlineMs, Date.now()) - 1_000,
    deadlineMs,
    drainWaitMs: 20,
    rpcDeadlineMs: 20,
    instances: [ADDRESS],
    basis: "list",
    state: "open",
    unsettled: ["127.0.0.1:1"],
    seenOpen: {},
  };
  await catalog.pauses.create(record);
  await catalog.acquireLease(
    "payments",
    { kind: "backup", run: "backup-1" },
    Date.now(),
    Date.now() + 600_000,
  );
}

test("a sweep that has settled the pause of a dead backup gives its lease back", async () => {
  const { open, catalog } = await deployment();
  await leaveBehind(catalog, Date.now() - 1);
  await vi.waitUntil(async () => (await sweepPauses(open)).length === 0);
  expect((await catalog.lease("payments"))?.holder).toBeUndefined();
});

test("a sweep leaves the lease of a backup alone whose deadline is still to come", async () => {
  const { open, catalog } = await deployment();
  await leaveBehind(catalog, Date.now() + 600_000);
  expect(await sweepPauses(open)).toMatchObject([{ kind: "not-due" }]);
  expect((await catalog.lease("payments"))?.holder).toEqual({ kind: "backup", run: "backup-1" });
});

test("of two backups that begin in the same second, one is refused the lease", async () => {
  // An instance that accepts and never answers keeps the first backup at its preparations.
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const { open } = await deployment((silent.address() as AddressInfo).port);
  const begin = () => takeBackup(open, { report: () => undefined }).catch(codeOf);
  const ends = await Promise.all([begin(), begin()]);
  expect(ends.sort()).toEqual(["INSTANCE_UNREACHABLE", "LEASE_HELD"]);
});
