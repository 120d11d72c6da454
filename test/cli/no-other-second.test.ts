import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configured, stillpoint } from "./stillpoint.ts";

const NOBODY = { components: { ledger: { kind: "ledger", instances: ["127.0.0.1:1"] } } };
const COSMOSDB = {
  kind: "cosmosdb",
  subscription: "00000000-0000-0000-0000-000000000001",
  resourceGroup: "data",
  account: "ledger",
};
const WAYS = [
  ["PLAN_REFUSED", "cannot be searched for a quiet second", ["--nearest", "latest"]],
  ["SETTLE_REFUSED", "cannot be settled", ["--at", "latest", "--settle"]],
] as const;

test.each(WAYS)(
  "where the records are in Cosmos DB there is no other second than a pause's, which is said at once: %s",
  async (code, refusal, words) => {
    await using world = await configured({ payments: { ...NOBODY, databases: { main: COSMOSDB } } });
    for (const command of [["plan"], ["restore", "--confirm", "payments"]]) {
      const { status, stdout, stderr } = await stillpoint(["-c", world.config, ...command, ...words]);
      const told = `${stdout}${stderr}`.replaceAll(/\s+/g, " ");
      expect(status, told).not.toBe(0);
      expect(told).toContain(code);
      expect(told).toContain(`"payments" ${refusal}`);
      expect(told).toContain(
        'database "main" is of kind cosmosdb: of Cosmos DB only a second inside a pause',
      );
      expect(told).toContain("nothing was touched");
    }
    expect(await recordsIn(join(world.folder, "catalog"))).toEqual([]);
  },
);

async function recordsIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  return found.filter((name) => name.endsWith(".json") || name.endsWith(".jsonl"));
}
