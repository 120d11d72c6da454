import { expect, test } from "vitest";
import { begunSwaps } from "../../shared/deployment/jdbc/abandon.ts";
import { missingOriginals } from "../../shared/deployment/managed/recheck.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import type { JdbcPlan } from "../../shared/restore/jdbc/plan.ts";
import type { ManagedPlan } from "../../shared/restore/managed/plan.ts";

const REFUSED = {
  code: "ABANDON_REFUSED",
  message: expect.stringMatching(/the configuration names "ledger-x", .*; nothing was (removed|deleted)/),
};

test("a database that was restored beside the original and is the configuration's now is not given up", async () => {
  const named = (database: string) =>
    ({ jdbc: () => ({ settings: { database } }) }) as unknown as OpenDeployment;
  const dumps = [{ database: "main", targets: { ledger: "ledger-x" } }];
  const plan = { run: "run-1", mode: "side-by-side", dumps } as unknown as JdbcPlan;
  await expect(begunSwaps(named("ledger-x"), plan)).rejects.toMatchObject(REFUSED);
  expect(await begunSwaps(named("ledger"), plan)).toEqual([]);
});

test("a server that was restored beside the original and is the configuration's now is not given up", async () => {
  const named = (server: string) =>
    ({
      managed: () => ({ settings: { service: { server } }, server: { isStanding: async () => true } }),
    }) as unknown as OpenDeployment;
  const servers = [{ database: "main", original: { server: "ledger" }, target: "ledger-x" }];
  const plan = { run: "run-1", servers } as unknown as ManagedPlan;
  await expect(missingOriginals(named("ledger-x"), plan)).rejects.toMatchObject(REFUSED);
  expect(await missingOriginals(named("ledger"), plan)).toEqual([]);
});
