import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { approveRestore } from "../../shared/deployment/approve-restore.ts";
import { expireBackups } from "../../shared/deployment/expire-backups.ts";
import { type PlannedRun, planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import { canonicalJson } from "../../shared/workflow/canonical-json.ts";
import { digestOf } from "../../shared/workflow/journal-entry.ts";
import { type RuinedWorld, ruinedWorld } from "./ruined-world.ts";

const STEP_MS = 60_000;
const CONFIRMED = { report: () => undefined, confirm: DEPLOYMENT };

/** As the version recorded it that knew tables of DynamoDB alone. */
function asBefore({ restore, text }: PlannedRun["plan"]) {
  const { kind: _, ...dynamodb } = restore;
  return { dynamodb, digest: sha256(dynamodb), text };
}

function sha256(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

let ruined: RuinedWorld;

beforeAll(async () => {
  ruined = await ruinedWorld("recorded before");
  await ruined.world.stopInstances();
}, STEP_MS);

afterAll(async () => ruined[Symbol.asyncDispose]());

test(
  "a restore that the version before has begun is approved, finished, and its backups expire",
  async () => {
    const { open, point } = ruined;
    const { id, plan } = await planRestore(open, { choice: { kind: "id", id: point.id }, mode: "in-place" });
    const before = asBefore(plan);
    await open.catalog.runs.update(id, (run) => ({ ...run, plan: before }));
    const interruption = new AbortController();
    const report = (event: RestoreEvent) => {
      if (event.kind === "phase" && event.phase === "replace") interruption.abort();
    };
    const begun = runRestore(open, id, { ...CONFIRMED, report, signal: interruption.signal });
    await expect(begun).rejects.toMatchObject({ code: "INTERRUPTED" });
    const approving = { run: id, digest: before.digest, by: "somebody", nowMs: Date.now() };
    expect((await approveRestore(open.catalog, open.settings, approving)).plan.digest).toBe(before.digest);
    expect(await runRestore(open, id, CONFIRMED)).toMatchObject({ replaced: { proof: { kind: "proven" } } });
    const { record } = await open.catalog.runs.get(id);
    expect(record).toMatchObject({ state: "done", plan: before });
    const { kind: _, ...result } = record.result as { readonly kind: string };
    await open.catalog.runs.update(id, (run) => ({ ...run, result }));
    const { backups } = await expireBackups(open, { dryRun: true });
    expect(backups.map(({ run }) => run)).toContain(id);
  },
  STEP_MS,
);

test("a journal's entry of the version before is of the same step", () => {
  const plan = { deployment: "prod", tables: [] };
  for (const asked of [
    { kind: "recheck", untouched: true },
    { kind: "poll", patience: { limitMs: 1 }, probe: { kind: "coverage" } },
  ]) {
    const within = (its: object) =>
      "probe" in asked ? { ...asked, probe: { ...asked.probe, plan: its } } : { ...asked, plan: its };
    expect(digestOf(within({ ...plan, kind: "dynamodb" }))).toBe(sha256(within(plan)).slice(0, 16));
  }
});
