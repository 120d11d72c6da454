import { afterAll, beforeAll, expect, test } from "vitest";
import type * as z from "zod";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ListOutput, ShowOutput } from "../../functions/cli/json/catalog.ts";
import { ExpireOutput } from "../../functions/cli/json/expire.ts";
import { StatusOutput, SweepOutput, UnpauseOutput, VerifyOutput } from "../../functions/cli/json/gates.ts";
import { AbandonOutput, PlanOutput, RestoreOutput } from "../../functions/cli/json/run.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { start, stillpoint } from "./stillpoint.ts";

/** The tests of this file tell one story, in order. */
let world: GatedWorld;
beforeAll(async () => {
  world = await gatedWorld();
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

let point = "";
let finished = "";

const typed = (...words: string[]) => stillpoint(["-c", world.config, ...words]);

/** What a command printed with --json, checked against its schema and against a schema's laxity. */
async function json<T>(schema: z.ZodType<T>, ...words: string[]): Promise<T & { status: number | null }> {
  const { stdout, status } = await typed(...words, "--json");
  const value: object = JSON.parse(stdout);
  expect(schema.safeParse({ ...value, more: 1 }).success).toBe(false);
  return { ...schema.parse(value), status };
}

test("backup tells how it goes, and its verdict with what it rests on", { timeout: 20_000 }, async () => {
  const { status, stdout, stderr } = await typed("backup");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({
    level: "info",
    kind: "pause-window",
    deployment: "payments",
    verdict: { kind: "valid" },
    basis: "list",
    instances: world.addresses,
  });
  for (const line of ["instances", "clock", "pausing", "paused", "window", "margin", "held", "second"])
    expect(stdout).toMatch(new RegExp(`^  ${line} `, "m"));
  expect(stdout).toContain("payments: valid, restore point payments-");
  expect(stdout).toContain("2 instances, by the addresses in the configuration");
  expect(stdout).toContain("stillpoint sweep --watch");
  expect(status).toBe(0);
  expect(world.gates.map((gate) => gate.checkPaused())).toEqual([false, false]);
});

test("list, show and status tell of the point", async () => {
  const [{ id } = { id: "" }] = (await json(ListOutput, "list")).points;
  point = id;
  expect((await typed("list")).stdout).toMatch(
    new RegExp(`^POINT .*\n${id}  20\\d\\d-.*Z .* window .* 2 \\(list\\)$`, "m"),
  );
  expect((await typed("show", id)).stdout).toContain("11 tables of main: prod_app.account");
  const shown = await json(ShowOutput, "show", id);
  expect(shown).toMatchObject({ point: { id, discovery: "list", instances: world.addresses } });
  const status = await json(StatusOutput, "status");
  expect(status.deployments).toMatchObject([
    { deployment: "payments", late: false, lastPoint: { id }, openPauses: [], unfinished: [] },
  ]);
  expect(status.deployments[0]?.waysBack).toMatchObject([
    { by: "last-point", kind: "possible", backToSecond: expect.any(Number) },
    { by: "quiet-second" },
    { by: "settling", kind: "possible" },
  ]);
  const { stdout } = await typed("status");
  expect(stdout).toContain(`last point ${id}`);
  expect(stdout).toMatch(
    /\n\na disaster in payments now would cost, by\n {2}last point {3}about .* s: what was/,
  );
  const unwrapped = stdout.replaceAll(/\s+/g, " ");
  expect(unwrapped).toContain(`stillpoint -c ${world.config} restore payments --point ${id} `);
  expect(unwrapped).toContain(`stillpoint -c ${world.config} restore payments --at latest --settle`);
  expect(unwrapped).toContain("since records change in place: prod_app.account;");
});

test("plan lists what is deleted and ends with the command that does it", async () => {
  const { status, stdout } = await typed("plan", "--point", point);
  expect(stdout).toMatch(/^ 1\. Check that every instance is stopped/m);
  expect(stdout).toMatch(/deletes {2}prod_app\.account,/m);
  expect(stdout).toMatch(/stillpoint -c \S+ restore --plan restore-\S+ --confirm payments\n$/);
  expect(stdout).not.toContain("RUN");
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
  expect(status).toBe(0);
});

test("restore refuses while it is not confirmed, and says how to go on", async () => {
  const { status, stdout, stderr } = await typed("restore", "--point", point);
  expect(stdout).toContain("C: delete the original tables");
  expect(stderr).toContain("error CONFIRMATION_NEEDED");
  expect(stderr).toMatch(/next {5}stillpoint -c \S+ restore --plan restore-\S+ --confirm payments\n/);
  expect(status).toBe(ERRORS.CONFIRMATION_NEEDED.exit);
});

test("restore refuses while instances run, and the run stays a plan", async () => {
  const result = await json(RestoreOutput, "restore", "--point", point, "--confirm", "payments");
  expect(result).toMatchObject({
    state: "planned",
    status: ERRORS.INSTANCES_RUNNING.exit,
    error: { code: "INSTANCES_RUNNING" },
  });
  expect(result.error?.next).toContain(`restore --plan ${result.run} --confirm payments`);
  const abandoned = await json(AbandonOutput, "restore", "abandon", result.run);
  expect(abandoned).toMatchObject({ run: result.run, tables: 0, backups: 0, status: 0 });
});

test("verify, sweep and unpause speak JSON of a schema of their own", async () => {
  const verified = await json(VerifyOutput, "verify", "--live");
  expect(verified).toMatchObject({ deployment: "payments", status: 0, report: { findings: [] } });
  expect(await json(SweepOutput, "sweep")).toEqual({ records: [], unreadable: [], status: 0 });
  const unpaused = await json(UnpauseOutput, "unpause");
  expect(unpaused.now.map(({ gate }) => gate)).toEqual(["open", "open"]);
});

test("an interrupted restore stops in good order and says how to go on", { timeout: 30_000 }, async () => {
  const plan = (await json(PlanOutput, "plan", "--at", new Date().toISOString().replace(/\.\d+/, ""))).plan;
  expect(plan.point).toBe(point);
  await world.stopInstances();
  finished = plan.run;
  const restore = start(["-c", world.config, "restore", "--plan", plan.run, "--confirm", "payments"]);
  await restore.printed("copying ");
  restore.child.kill("SIGINT");
  const { status, stdout, stderr } = await restore.ended;
  expect(stderr).toContain("Interrupted: the restore stops after the step that it is at");
  expect(stderr).toContain(`next     stillpoint -c ${world.config} restore resume ${plan.run}\n`);
  expect(stdout).toContain(`run ${plan.run} is failed: what it has done is in its journal`);
  expect(status).toBe(ERRORS.INTERRUPTED.exit);
  const { unfinished } = (await json(StatusOutput, "status")).deployments[0] ?? {};
  expect(unfinished).toMatchObject([{ run: plan.run, state: "failed" }]);
  const listed = await json(ListOutput, "list", "--runs");
  expect(listed.runs).toContainEqual(expect.objectContaining({ id: plan.run, state: "failed" }));
  expect((await typed("list", "--runs")).stdout).toContain(plan.run);
});

test("a resumed restore goes all the way", { timeout: 30_000 }, async () => {
  const ended = await typed("restore", "resume", finished, "--confirm", "payments");
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toMatch(/copied {5}\d+ tables?: prod_/);
  expect(ended.stdout).toContain(`restored payments to ${point} under the original names`);
  expect(ended.stdout).toContain("settings: all captured settings came back");
  expect(ended.stdout).toContain("Now start the instances fresh");
  expect(ended.status).toBe(0);
  const shown = await json(ShowOutput, "show", finished);
  expect(shown).toMatchObject({ run: { id: finished, state: "done", result: { mode: "in-place" } } });
  const status = await json(StatusOutput, "status");
  expect(status.deployments[0]?.instances.map(({ gate }) => gate)).toEqual(["no-listener", "no-listener"]);
});

test("what the restore has left is kept forever unless the configuration says otherwise", async () => {
  const kept = await json(ExpireOutput, "expire", "--dry-run");
  const [{ deployment, backups } = { deployment: "", backups: [] }] = kept.deployments;
  expect({ deployment, dryRun: kept.dryRun }).toEqual({ deployment: "payments", dryRun: true });
  expect(backups.length).toBeGreaterThan(5);
  expect(new Set(backups.map(({ fate, run }) => `${fate} ${run}`))).toEqual(new Set([`kept ${finished}`]));
  const { stdout, status } = await typed("expire");
  expect(stdout).toContain(`payments: backups that ${finished} has left`);
  expect(stdout).toMatch(/kept +backups of this database are kept forever: \d+ tables: prod_/);
  expect(status).toBe(0);
});

test("a run that has ended is neither resumed nor abandoned", async () => {
  const resumed = await json(RestoreOutput, "restore", "resume", finished);
  expect(resumed).toMatchObject({ state: "done", status: ERRORS.RUN_FINISHED.exit });
  const abandoned = await typed("restore", "abandon", finished);
  expect(abandoned.stderr).toContain(`stillpoint -c ${world.config} show ${finished}`);
  expect(abandoned.status).toBe(ERRORS.RUN_FINISHED.exit);
});

test("a restore point that is not there is not restored to", async () => {
  const { status, stderr } = await typed("plan", "--point", "payments-none");
  expect(stderr).toContain('"payments" has no restore point "payments-none"');
  expect(status).toBe(ERRORS.NO_RESTORE_POINT.exit);
});

test("live tables that are damaged end the verification with a status of their own", async () => {
  await world.ruin();
  const { stderr, status } = await typed("verify", "--live");
  expect(stderr).toContain('error VERIFICATION_FAILED: the live tables of "payments" are damaged');
  expect(status).toBe(ERRORS.VERIFICATION_FAILED.exit);
});

test("a backup of stopped instances fails before it pauses, with JSON too", async () => {
  const { stdout, status } = await typed("backup", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "INSTANCE_UNREACHABLE" } });
  expect(BackupOutput.safeParse(JSON.parse(stdout)).success).toBe(false);
  expect(status).toBe(ERRORS.INSTANCE_UNREACHABLE.exit);
});
