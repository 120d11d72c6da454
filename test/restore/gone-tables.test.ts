import { expect, test } from "vitest";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { describePlan } from "../../shared/restore/dynamodb/describe-plan.ts";
import { goneTables } from "../../shared/restore/dynamodb/gone-tables.ts";
import { aPoint } from "../catalog/examples.ts";
import { AT_SECOND, captured, databaseOf, planOf } from "./example-plan.ts";

function pointOf(id: string, atSecond: number, names: readonly string[], change: Partial<RestorePoint> = {}) {
  const { atBackup } = databaseOf(names.map((name) => captured(name)));
  return aPoint(id, {
    databases: [{ name: "main", kind: "dynamodb", atSecond, captured: atBackup }],
    ...change,
  });
}

const quiet = pointOf("quiet", AT_SECOND, ["prod_a.one"], { basis: "quiet" });

test("a table of the last backup before the second, or of one after it, may be missing at the second", () => {
  const points = [
    pointOf("after", AT_SECOND + 60, ["prod_a.one", "prod_a.later"]),
    pointOf("long-ago", AT_SECOND - 900, ["prod_a.one", "prod_a.old"]),
    pointOf("before", AT_SECOND - 60, ["prod_a.one", "prod_a.dropped"]),
    pointOf("settled", AT_SECOND - 30, ["prod_a.one", "prod_a.of-no-backup"], { basis: "settled" }),
  ];
  expect(goneTables(quiet, AT_SECOND, points)).toEqual([
    { name: "prod_a.dropped", point: "before" },
    { name: "prod_a.later", point: "after" },
  ]);
  expect(goneTables(quiet, AT_SECOND - 300, points).map(({ name }) => name)).toContain("prod_a.old");
});

test("nothing is missing where all tables are still there, or where a backup is restored", () => {
  const whole = pointOf("before", AT_SECOND - 60, ["prod_a.one"]);
  expect(goneTables(quiet, AT_SECOND, [whole, quiet])).toEqual([]);
  expect(goneTables(quiet, AT_SECOND, [])).toEqual([]);
  const more = pointOf("more", AT_SECOND - 60, ["prod_a.one", "prod_a.dropped"]);
  expect(goneTables(whole, AT_SECOND, [more])).toEqual([]);
});

test("the text of a plan names what it does not bring back", () => {
  const plan = { ...planOf(1), gone: [{ name: "prod_app.account", point: "payments-1" }] };
  expect(describePlan(plan, AT_SECOND * 1000).consequences.join("\n")).toContain(
    'Not brought back, since they are not among the tables that ScalarDB lists now: "prod_app.account" (of restore point "payments-1")',
  );
});
