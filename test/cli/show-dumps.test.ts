import { expect, test } from "vitest";
import { PlanJson, planJson } from "../../functions/cli/json/plan.ts";
import { RestoreOutput, removedJson, restoreJson } from "../../functions/cli/json/run.ts";
import { plainProgress } from "../../functions/cli/progress.ts";
import { planLines } from "../../functions/cli/show/plan.ts";
import { resultLines } from "../../functions/cli/show/restore-result.ts";
import { WIDTH } from "../../functions/cli/show/text.ts";
import { digestOf, type PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { describeJdbcPlan } from "../../shared/restore/jdbc/describe-plan.ts";
import type { JdbcPlan } from "../../shared/restore/jdbc/plan.ts";
import { aRun } from "../catalog/examples.ts";
import { AT_SECOND, ledgerAndAuditor, RUN, TAIL } from "../restore/jdbc/example-plan.ts";
import { undisturbed } from "../restore/jdbc/sql-situation.ts";

function runOf(restore: JdbcPlan): PlannedRun {
  const text = describeJdbcPlan(restore, (AT_SECOND + 300) * 1000);
  return { ...aRun(RUN), plan: { restore, digest: digestOf(restore), text } };
}

test("a plan of dumps tells its mode, and every name that is made or changes hands", () => {
  const text = planLines(runOf(ledgerAndAuditor()));
  const said = text.join("\n").replaceAll(/\s+/g, " ");
  expect(said).toContain("in place: what is restored gets the original names, and what has them is kept");
  for (const name of [`ledger_${TAIL}`, `scalar_${TAIL}`, `coordinator_before_${TAIL}`])
    expect(said).toContain(name);
  expect(said).toContain(`stillpoint restore abandon ${RUN} removes what was loaded`);
});

test("a plan of dumps as JSON names the dumps, the server and all names", () => {
  const json = PlanJson.parse(planJson(runOf(ledgerAndAuditor())));
  expect(json).toMatchObject({ tables: [], accounts: [] });
  expect(json.dumps[0]).toEqual({
    database: "ledger",
    key: "payments/ledger.dump.zst",
    server: "db.example:5432",
    targets: { ledger: `ledger_${TAIL}` },
    kept: { ledger: `ledger_before_${TAIL}` },
    atSecond: AT_SECOND,
  });
});

test("the end of a restore in place tells what is kept, how much it holds, and the SQL that drops it", async () => {
  const { result, situation } = await undisturbed(ledgerAndAuditor());
  const run = runOf(situation.plan);
  const lines = resultLines(run, result);
  const said = lines.join("\n");
  expect(said).toContain(`restored payments to ${run.point} under the original names (${RUN})`);
  expect(said).toContain("database ledger on db.example:5432 is what was restored");
  expect(said).toContain(`what was ledger before is kept as ledger_before_${TAIL}: 2 tables, 2.00 GB`);
  expect(said).toContain(`DROP DATABASE "ledger_before_${TAIL}";  -- on db.example:5432`);
  expect(said).toContain(`DROP DATABASE \`scalar_before_${TAIL}\`;`);
  expect(said).toContain("start the instances fresh");
  for (const line of lines.filter((each) => !each.includes("DROP DATABASE")))
    expect(line.length, line).toBeLessThanOrEqual(WIDTH);
  const json = restoreJson({ ...run, state: "done" }, result);
  expect(RestoreOutput.parse(JSON.parse(JSON.stringify(json)))).toMatchObject({ state: "done", result });
});

test("the end of a restore side by side tells where to look and how to remove it", async () => {
  const { result, situation } = await undisturbed(ledgerAndAuditor("side-by-side"));
  const said = resultLines(runOf(situation.plan), result).join("\n");
  expect(said).toContain(`database ledger was restored to ledger_${TAIL} on db.example:5432`);
  expect(said).toContain(`schema scalar was restored to scalar_${TAIL} on db.example:3306`);
  expect(said).toContain(`stillpoint restore abandon ${RUN}`);
  expect(said).not.toMatch(/DROP DATABASE|is kept as/);
});

test("a restore of dumps tells its phases and what its databases have reached", async () => {
  const { situation } = await undisturbed(ledgerAndAuditor());
  const said: string[] = [];
  const progress = plainProgress({ json: false, say: (line) => said.push(line), warn: () => {} });
  for (const event of situation.events) progress.report(event);
  await progress.end("done");
  const told = said.join("\n");
  expect(told).toContain("hold the stored dumps against their checksums");
  expect(told).toContain("checked    2 databases: ledger, auditor");
  expect(told).toContain("loaded     2 databases: ledger, auditor");
  expect(told).toContain("let old and new change names");
});

test("what an abandoning of dumps has removed is counted", () => {
  expect(removedJson({ kind: "jdbc", databases: 3 })).toMatchObject({ tables: 0, accounts: 0, databases: 3 });
});
