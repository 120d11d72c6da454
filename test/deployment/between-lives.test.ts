import { DeleteTableCommand, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { dynamodbHandlers } from "../../shared/deployment/dynamodb/handlers.ts";
import { plannedScope } from "../../shared/deployment/dynamodb/scope.ts";
import { type PlannedRun, planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { verifyHandlers } from "../../shared/deployment/verify-handlers.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import { createProtected } from "../databases/dynamodb/prod.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { type RuinedWorld, ruinedWorld, tablesOf } from "./ruined-world.ts";

const STEP_MS = 60_000;
const SILENT = { report: () => undefined };
const CONFIRMED = { ...SILENT, confirm: DEPLOYMENT };

/** What happens to a restore between the process that began it and the one that goes on. */
describe("a restore that stopped before its first deletion", { timeout: STEP_MS }, () => {
  let ruined: RuinedWorld;
  let before: readonly string[];
  const stateOf = async (run: string) => (await ruined.open.catalog.runs.get(run)).record.state;
  const plan = () =>
    planRestore(ruined.open, { choice: { kind: "id", id: ruined.point.id }, mode: "in-place" });
  const endOf = (run: PlannedRun, running: Parameters<typeof runRestore>[2] = CONFIRMED) =>
    runRestore(ruined.open, run.id, running).then(() => "done", codeOf);
  const abandon = ({ id }: PlannedRun, more: object = {}) =>
    abandonRestore(ruined.open, id, { ...SILENT, ...more }).then(() => "abandoned", codeOf);

  /** Interrupted when the first original is about to go. */
  async function stopped(): Promise<PlannedRun> {
    const run = await plan();
    const interruption = new AbortController();
    const report = (event: RestoreEvent) => {
      if (event.kind === "phase" && event.phase === "replace") interruption.abort();
    };
    expect(await endOf(run, { ...CONFIRMED, report, signal: interruption.signal })).toBe("INTERRUPTED");
    return run;
  }

  beforeAll(async () => {
    ruined = await ruinedWorld("between lives");
    await ruined.world.stopInstances();
    before = await tablesOf(ruined.world);
  }, STEP_MS);

  afterAll(async () => ruined[Symbol.asyncDispose]());

  test("is confirmed again, and stops where a setting was changed or a copy is gone", async () => {
    const { world, open } = ruined;
    const run = await stopped();
    const [first] = dynamodbPlanOf(run).tables;
    await expect(runRestore(open, run.id, SILENT)).rejects.toMatchObject({
      code: "CONFIRMATION_NEEDED",
      message: expect.stringMatching(/Every write since .* is discarded: .*no original was replaced so far/),
    });
    const ResourceArn = first?.arn;
    await world.client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "new", Value: "one" }] }));
    await expect(runRestore(open, run.id, CONFIRMED)).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      message: expect.stringContaining(`"${first?.name}": tags`),
    });
    await world.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["new"] }));
    await world.client.send(new DeleteTableCommand({ TableName: first?.temporary }));
    await expect(runRestore(open, run.id, CONFIRMED)).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      message: expect.stringContaining(`"${first?.name}" has lost a copy`),
    });
    expect(await tablesOf(world)).toEqual(expect.arrayContaining([...before]));
    expect(await abandon(run)).toBe("abandoned");
    expect(await tablesOf(world)).toEqual(before);
  });

  test("is not resumed once its abandoning has begun", async () => {
    const run = await stopped();
    expect(await abandon(run, { signal: AbortSignal.abort() })).toBe("INTERRUPTED");
    expect(await stateOf(run.id)).toBe("abandoning");
    expect(await endOf(run)).toBe("ABANDON_UNFINISHED");
    expect(await stateOf(run.id)).toBe("abandoning");
    expect(await abandon(run)).toBe("abandoned");
    expect(await tablesOf(ruined.world)).toEqual(before);
  });

  test("of which a point was taken since does not begin, nor one whose plan is not the one that was made", async () => {
    const { open, point } = ruined;
    const run = await plan();
    await open.catalog.points.create({ ...point, id: `${point.id}-since` });
    await expect(runRestore(open, run.id, CONFIRMED)).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      message: expect.stringContaining(`"${point.id}-since", taken since, would be lost`),
    });
    expect(await stateOf(run.id)).toBe("planned");
    const [table] = dynamodbPlanOf(run).tables;
    const tables = [{ ...table, name: "somebody.elses" }];
    const forged = { ...run.plan, restore: { ...dynamodbPlanOf(run), tables } };
    await open.catalog.runs.update(run.id, (record) => ({ ...record, plan: forged }));
    expect(await endOf(run)).toBe("CATALOG_DAMAGED");
    expect(await abandon(run)).toBe("CATALOG_DAMAGED");
  });

  test("deletes no original without its copies at that moment, whatever it remembers", async () => {
    const { open, world } = ruined;
    const [table] = dynamodbPlanOf(await plan()).tables;
    if (table === undefined) throw new Error("the plan has no table");
    const remembered = { ...table, backupArn: `${table.arn}/backup/gone` };
    const deleting = dynamodbHandlers(open, { ...SILENT, verification: verifyHandlers(open) })[
      "delete-original"
    ](remembered, AbortSignal.any([]));
    await expect(deleting).rejects.toMatchObject({
      code: "RESTORE_BLOCKED",
      message: expect.stringContaining("may be the only copy"),
    });
    expect(await tablesOf(world)).toContain(table.name);
  });

  test("tells a copy with other keys from a replaced table with other keys, whose original is gone", async () => {
    const dynamodb = dynamodbPlanOf(await plan());
    const tables = dynamodb.tables.map((table) => ({
      ...table,
      original: { ...table.original, keys: "other" },
    }));
    const verified = (what: "copies" | "replaced") =>
      plannedScope(ruined.open, { ...dynamodb, tables }, what).then(() => "verified", codeOf);
    expect(await verified("copies")).toBe("COPY_DISPROVEN");
    expect(await verified("replaced")).toBe("COPY_DIFFERS");
  });

  test("is neither resumed nor abandoned where an original was made again, and can be ended as it stands", async () => {
    const { world, open } = ruined;
    const run = await stopped();
    const [{ name, temporary } = { name: "", temporary: "" }] = dynamodbPlanOf(run).tables;
    await world.client.send(new DeleteTableCommand({ TableName: name }));
    await expect.poll(() => tablesOf(world)).not.toContain(name);
    await createProtected({ db: world.dynamodb, client: world.client }, name);
    await expect(runRestore(open, run.id, CONFIRMED)).rejects.toMatchObject({
      code: "RESTORE_BLOCKED",
      message: expect.stringContaining("move what it holds elsewhere and delete it"),
    });
    expect(await abandon(run)).toBe("ABANDON_REFUSED");
    expect(await abandon(run, { keepCopies: true })).toBe("abandoned");
    expect(await tablesOf(world)).toEqual(expect.arrayContaining([...before, temporary]));
    expect((await open.catalog.lease(DEPLOYMENT))?.holder).toBeUndefined();
  });
});
