import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { RestoreOutput } from "../../functions/cli/json/run.ts";
import { expected } from "../../rehearsal/expected.ts";
import { stallOf } from "../../rehearsal/ledger/stall.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { type ScalardbJdbcWorld, startScalardbJdbcWorld } from "../../rehearsal/scalardb-jdbc-world.ts";
import { countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { sqlEngines } from "../sql-engines.ts";
import { stillpoint } from "./stillpoint.ts";

const SERVERS = 2;
const ACCOUNTS = 20;
const CLIENTS = 4;
/** Enough for the servers to have found their pace. */
const TRANSFERS = 40;
const LOADED = { timeout: 60_000, interval: 100 };

for (const { engine, isHere } of await sqlEngines())
  describe.skipIf(!isHere)(`a bank on real ScalarDB Servers over ${engine}`, () => {
    let world: ScalardbJdbcWorld;

    beforeAll(async () => {
      world = await startScalardbJdbcWorld({ engine, seed: "jdbc", instances: SERVERS, assets: ACCOUNTS });
      const { tablesMs, serversMs, accountsMs } = world.scalardb.took;
      console.log(
        `Schema loader ${tablesMs | 0} ms, servers ${serversMs | 0} ms, accounts ${accountsMs | 0} ms`,
      );
    });
    afterAll(() => world?.close());

    test("dumped while it transfers, without a pause, it comes back whole and goes on", async () => {
      const opening = await world.totals();
      const load = world.startLoad(CLIENTS);
      await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
      const backup = await stillpoint(world, BackupOutput, "backup");
      expect(backup).toMatchObject({ status: 0, said: { verdict: "valid" } });
      const { point } = backup.said;
      if (point === undefined) throw new Error("a valid backup has a restore point");
      const calls = load.calls().length;
      await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), LOADED);
      const ended = await load.stop();
      expect(stallOf(ended)).toMatchObject({ unknown: 0, refused: 0 });
      await world.ruin();
      expect((await world.totals()).balance).not.toBe(opening.balance);

      const asked = ["restore", "--point", point.id, "--confirm", DEPLOYMENT] as const;
      const refused = await stillpoint(world, RestoreOutput, ...asked);
      expect(refused).toMatchObject({
        status: ERRORS.INSTANCES_RUNNING.exit,
        said: { state: "planned" },
      });
      await world.stopInstances();
      const restored = await stillpoint(world, RestoreOutput, ...asked);
      expect(restored).toMatchObject({ status: 0, said: { state: "done", mode: "in-place" } });
      const { transactions, ...money } = await world.totals();
      expect(money).toEqual({ assets: opening.assets, balance: opening.balance });
      const { atLeast, atMost } = expected(opening, ended, await recorded(world, point.id));
      expect(transactions).toBeGreaterThanOrEqual(atLeast);
      expect(transactions).toBeLessThanOrEqual(atMost);

      await world.restartInstances();
      const after = world.startLoad(CLIENTS);
      await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
      expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
      const [server] = world.scalardb.transactions();
      if (server === undefined) throw new Error("no server runs");
      const { accounts, total } = await countMoney(server, world.scalardb.bank);
      expect({ accounts, total }).toEqual({ accounts: ACCOUNTS, total: opening.balance });
    });
  });

async function recorded({ config }: ScalardbJdbcWorld, id: string) {
  const catalog = catalogOver(openStore(loadConfig(config, {}).catalog, () => {}));
  const point = (await catalog.points.list()).records.find((each) => each.id === id);
  if (point === undefined) throw new Error(`the catalog has no point "${id}"`);
  return point;
}
