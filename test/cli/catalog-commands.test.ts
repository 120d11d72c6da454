import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ListOutput } from "../../functions/cli/json/catalog.ts";
import { ExpireOutput } from "../../functions/cli/json/expire.ts";
import { StatusOutput, SweepOutput } from "../../functions/cli/json/gates.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { aPause, aPoint } from "../catalog/examples.ts";
import { type Configured, configured, NOWHERE, start, stillpoint } from "./stillpoint.ts";

const typed = ({ config }: Configured, ...words: string[]) => stillpoint(["-c", config, ...words]);
const catalogIn = ({ folder }: Configured) => catalogOver(fileStore(join(folder, "catalog")));

async function damage({ folder }: Configured, collection: string): Promise<void> {
  await mkdir(join(folder, "catalog", collection), { recursive: true });
  await writeFile(join(folder, "catalog", collection, "torn.json"), '{"schema":1,');
}

test("an empty catalog is no failure", async () => {
  await using world = await configured();
  const { stdout, stderr, status } = await typed(world, "list");
  expect(stdout).toBe("no restore points of payments; take one with: stillpoint backup\n");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const all = await typed(world, "list", "--all", "--json");
  expect(ListOutput.parse(JSON.parse(all.stdout))).toEqual({
    points: [],
    invalid: [],
    refused: [],
    unreadable: [],
  });
  expect((await typed(world, "list", "--all")).stdout).toMatch(
    /\nno invalid windows\nno refused requests\n$/,
  );
  expect((await typed(world, "sweep")).stdout).toBe("no open pauses\n");
});

test("without a restore there is nothing to expire, and nobody is asked", async () => {
  await using world = await configured();
  const { stdout, status } = await typed(world, "expire");
  expect(stdout).toBe("payments: no restore has left backups\n");
  expect(status).toBe(0);
  const { stdout: json } = await typed(world, "expire", "--json");
  expect(ExpireOutput.parse(JSON.parse(json))).toEqual({
    deployments: [{ deployment: "payments", backups: [] }],
    dryRun: false,
    unopened: [],
  });
});

test("show names what it did not find", async () => {
  await using world = await configured();
  const { stderr, status } = await typed(world, "show", "payments-20261121T180003Z");
  expect(stderr).toContain('no restore point, pause or run "payments-20261121T180003Z"');
  expect(status).toBe(ERRORS.NOT_FOUND.exit);
});

test("one damaged record does not hide the others", async () => {
  await using world = await configured();
  await catalogIn(world).points.create(aPoint("payments-1"));
  await damage(world, "points");
  const { stdout, status } = await typed(world, "list");
  expect(stdout).toContain("payments-1");
  expect(stdout).toMatch(/^warning: .*torn/m);
  expect(status).toBe(0);
});

test("list of one deployment leaves out the others", async () => {
  await using world = await configured();
  const { points } = catalogIn(world);
  await points.create(aPoint("payments-1"));
  await points.create(aPoint("orders-1", { deployment: "orders" }));
  const { stdout } = await typed(world, "list", "payments");
  expect(stdout).toContain("payments-1");
  expect(stdout).not.toContain("orders-1");
});

test("--all shows the pauses that gave no point with their reasons, and not the valid ones", async () => {
  await using world = await configured();
  const { pauses } = catalogIn(world);
  await pauses.create(aPause("p-good", { state: "closed", verdict: { kind: "valid" } }));
  await pauses.create(
    aPause("p-bad", { state: "closed", verdict: { kind: "invalid", reasons: ["it was not so"] } }),
  );
  await pauses.create(aPause("p-dead", { state: "closed" }));
  const { stdout } = await typed(world, "list", "--all");
  expect(stdout).toMatch(/^p-bad .* invalid\n {2}because {2}it was not so$/m);
  expect(stdout).toMatch(/^p-dead .* invalid\n {2}because {2}its backup never gave a verdict/m);
  expect(stdout).not.toContain("p-good");
});

test("--all shows what was asked for and refused, with the reason", async () => {
  await using world = await configured();
  const asked = { schema: 1, deployment: "payments", kind: "backup", receivedMs: 1_795_600_000_000 } as const;
  const failure = { code: "BACKUP_LATE", message: "it was due long ago; nothing was paused" };
  await catalogIn(world).requests.create({ ...asked, id: "backup-late", state: "refused", failure });
  await catalogIn(world).requests.create({ ...asked, id: "backup-done", state: "done" });
  const { stdout } = await typed(world, "list", "--all");
  expect(stdout).toMatch(/backup-late .*\n.*BACKUP_LATE: it was due long ago/);
  expect(stdout).not.toContain("backup-done");
  const { refused } = ListOutput.parse(JSON.parse((await typed(world, "list", "--all", "--json")).stdout));
  expect(refused).toMatchObject([{ request: "backup-late", code: "BACKUP_LATE" }]);
});

test("a sweep says so where it cannot look after a pause", async () => {
  await using world = await configured();
  await catalogIn(world).pauses.create(aPause("p-gone", { deployment: "gone" }));
  const { stdout, status } = await typed(world, "sweep", "--json");
  const { records, error } = SweepOutput.parse(JSON.parse(stdout));
  expect(records).toMatchObject([{ kind: "failed", deployment: "gone" }]);
  expect(error).toMatchObject({ code: "STILL_PAUSED" });
  expect(status).toBe(ERRORS.STILL_PAUSED.exit);
});

test("a sweep names the records that it could not read", async () => {
  await using world = await configured();
  await damage(world, "pauses");
  const { stderr, status } = await typed(world, "sweep");
  expect(stderr).toContain("error CATALOG_DAMAGED");
  expect(status).toBe(ERRORS.CATALOG_DAMAGED.exit);
});

test("an overdue pause of an instance that is gone is closed by a watching sweep", async () => {
  await using world = await configured();
  const gone = { component: "ledger", host: "127.0.0.1", port: 1 };
  const overdue = { instances: [gone], unsettled: ["127.0.0.1:1"], seenOpen: { "127.0.0.1:1": 1_000 } };
  await catalogIn(world).pauses.create(aPause("p-overdue", overdue));
  const watch = start(["-c", world.config, "sweep", "--watch"]);
  await watch.printed("p-overdue");
  watch.child.kill("SIGTERM");
  const { stdout, status } = await watch.ended;
  expect(stdout).toContain("p-overdue closed: all instances are open");
  expect(stdout).toContain("the sweep has ended");
  expect(status).toBe(0);
});

test("status does not call anything open that it could not ask, nor does unpause succeed", async () => {
  const nowhere = {
    ...NOWHERE,
    components: { ledger: { instances: { srv: "_admin._tcp.nowhere.invalid" } } },
  };
  await using world = await configured({ payments: nowhere });
  const { stdout } = await typed(world, "status");
  expect(stdout).toMatch(/paused +unknown \(/);
  expect((await typed(world, "unpause")).status).toBe(ERRORS.INSTANCES_NOT_FOUND.exit);
});

test("the status of one deployment is told though another cannot be opened", async () => {
  const tls = { ca: { file: "absent.pem" } };
  const components = { ledger: { kind: "ledger", instances: ["127.0.0.1:2"], tls } };
  const databases = { main: { ...NOWHERE.databases.main, region: "us-east-2" } };
  await using world = await configured({ payments: NOWHERE, orders: { components, databases } });
  const { stdout, status } = await typed(world, "status", "--json");
  const { deployments, unopened, error } = StatusOutput.parse(JSON.parse(stdout));
  expect(deployments.map(({ deployment }) => deployment)).toEqual(["payments"]);
  expect(unopened).toMatchObject([{ deployment: "orders" }]);
  expect(error?.code).toBe("CONFIG_INVALID");
  expect(status).toBe(ERRORS.CONFIG_INVALID.exit);
  expect((await typed(world, "status")).stdout).toMatch(/^orders\n {2}cannot be looked at: /m);
});
