import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { RestoreOutput } from "../../functions/cli/json/run.ts";
import { type JdbcWorld, startJdbcWorld } from "../../rehearsal/jdbc-world.ts";
import { disagreements } from "../../rehearsal/ledger/jdbc/mirror.ts";
import { stallOf } from "../../rehearsal/ledger/stall.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { sqlEngines } from "../sql-engines.ts";
import { stillpoint } from "./stillpoint.ts";

const CLIENTS = 3;
const TRANSFERS = 30;
const LOADED = { timeout: 60_000, interval: 100 };
const engines = await sqlEngines();

describe.skipIf(engines.some(({ isHere }) => !isHere))(
  "a ledger whose tables are in PostgreSQL and whose coordinator is in MariaDB",
  () => {
    let world: JdbcWorld;

    beforeAll(async () => {
      const databases = { engine: "postgresql", coordinator: "mysql" } as const;
      world = await startJdbcWorld({ ...databases, seed: "two", instances: 2, assets: 10 });
    });
    afterAll(() => world?.close());

    test("is dumped in one pause, and what both hold of it comes back as of that pause", async () => {
      const opening = await world.totals();
      const load = world.startLoad(CLIENTS);
      await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
      const backup = await stillpoint(world, BackupOutput, "backup");
      expect(backup).toMatchObject({ status: 0, said: { verdict: "valid", stillPaused: [] } });
      const { point, window } = backup.said;
      if (point === undefined || window === undefined)
        throw new Error("a valid backup of two databases has a point and a window");
      const calls = load.calls().length;
      await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), LOADED);
      const ended = await load.stop();
      expect(stallOf(ended)).toMatchObject({ unknown: 0, refused: 0 });
      await world.ruin();

      await world.stopInstances();
      const asked = ["restore", "--point", point.id, "--confirm", DEPLOYMENT] as const;
      const restored = await stillpoint(world, RestoreOutput, ...asked);
      expect(restored).toMatchObject({ status: 0, said: { state: "done", mode: "in-place" } });
      // Nothing commits inside the window, so an answer that arrived there is of before it.
      const committed = ended.filter(
        ({ result, answeredMs }) => result === "committed" && answeredMs <= window.endMs,
      );
      const transactions = opening.transactions + committed.length;
      expect(await world.totals()).toEqual({ ...opening, transactions });
      expect(await disagreements(world.endpoint)).toEqual([]);

      await world.restartInstances();
      const after = world.startLoad(CLIENTS);
      await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
      expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
      expect(await world.totals()).toMatchObject({ assets: opening.assets, balance: opening.balance });
    });
  },
);
