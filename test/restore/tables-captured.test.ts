import { expect, test } from "vitest";
import { nounCaptured, tablesCaptured } from "../../shared/restore/tables-captured.ts";
import { captured as cosmosdb, LEDGER } from "./cosmosdb/example-plan.ts";
import { databaseOf, captured as table } from "./example-plan.ts";

test("a point names its tables or its containers, whatever kind of database they are in", () => {
  expect(tablesCaptured(databaseOf([table("prod_scalar.asset")]).atBackup)).toEqual(["prod_scalar.asset"]);
  expect(tablesCaptured(cosmosdb(LEDGER))).toEqual(["coordinator/state", "scalar/asset"]);
});

test("they are called what they are called where they are", () => {
  expect(nounCaptured(databaseOf([table("prod_scalar.asset")]).atBackup)).toBe("table");
  expect(nounCaptured(cosmosdb(LEDGER))).toBe("container");
});

test("a record that cannot be read names nothing, not an empty list", () => {
  for (const damaged of [null, {}, { ...cosmosdb(LEDGER), containers: "none" }])
    expect(tablesCaptured(damaged)).toBeUndefined();
});
