import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLoad } from "../../../../rehearsal/ledger/clients.ts";
import { ruinJdbc } from "../../../../rehearsal/ledger/jdbc/disaster.ts";
import type { JdbcEndpoint } from "../../../../rehearsal/ledger/jdbc/endpoint.ts";
import { jdbcTotals } from "../../../../rehearsal/ledger/jdbc/totals.ts";
import { ACCOUNT, ASSET_METADATA, LEDGER_TABLES } from "../../../../rehearsal/ledger/ledger-tables.ts";
import type { Mutation } from "../../../../rehearsal/ledger/mutation.ts";
import { openDatabase } from "../../../../rehearsal/ledger/open-storage.ts";
import { startInstances } from "../../../../rehearsal/ledger/start-instances.ts";
import type { Storage } from "../../../../rehearsal/ledger/storage.ts";
import { number, text } from "../../../../rehearsal/ledger/value.ts";
import { sqlEngines } from "../../../sql-engines.ts";
import { expectEveryType } from "../every-type.ts";
import { BALANCE, opened, rowsIn, SEED, startServers } from "./sql-ledger.ts";

const ASSETS = 20;
const FIXTURE = new URL("../../../fixtures/ledger/ledger-postgres.jsonl.gz", import.meta.url);
const LOADED = { timeout: 20_000 };

type MetadataRow = Readonly<Record<string, unknown>>;

/** What the real schema loader wrote of the tables, by their columns. */
function realMetadata(): readonly MetadataRow[] {
  const lines = gunzipSync(readFileSync(FIXTURE)).toString().trimEnd().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { table: string; row: MetadataRow });
  return rows.flatMap(({ table, row }) => (table === "scalardb.metadata" ? [row] : []));
}

const ours = new Set(LEDGER_TABLES.map(({ name }) => name));

/** Without the order in which a schema happens to declare its columns. */
function comparable(rows: readonly MetadataRow[]): readonly string[] {
  return rows
    .filter((row) => ours.has(String(row["full_table_name"])))
    .map(({ ordinal_position: _, indexed, ...row }) =>
      JSON.stringify([Object.entries(row).sort(), Boolean(indexed)]),
    )
    .sort();
}

for (const { engine, isHere } of await sqlEngines())
  describe.skipIf(!isHere)(`a ledger on ${engine}`, () => {
    let endpoint: JdbcEndpoint;
    let assets: readonly string[];
    let close: () => Promise<void>;
    let storage: Storage;
    let closeStorage: () => Promise<void>;

    beforeAll(async () => {
      const started = await startServers(engine);
      close = started.close;
      const [main] = started.servers as [JdbcEndpoint["main"]];
      endpoint = { kind: "jdbc", main };
      assets = await opened(endpoint, ASSETS);
      const database = await openDatabase(endpoint);
      storage = database.openStorage({ prefix: "", grouping: "together" });
      closeStorage = () => database.close();
    });
    afterAll(async () => {
      await closeStorage?.();
      await close?.();
    });

    test("its metadata lists the tables as the real schema loader does", async () => {
      const real = realMetadata();
      const known = new Set(real.map((row) => row["full_table_name"]));
      const own = await rowsIn(endpoint, "scalardb.metadata");
      const shared = own.filter((row) => known.has(row["full_table_name"]));
      expect(comparable(shared)).toEqual(comparable(real));
      expect(new Set(own.map((row) => row["full_table_name"]))).toEqual(ours);
    });

    test("instances move money, and none is lost", async () => {
      await using processes = await startInstances(2, { endpoint, prefix: "", seed: SEED });
      const before = await jdbcTotals(endpoint);
      const load = startLoad({
        instances: processes.instances.map(({ clientUrl }) => clientUrl),
        assets,
        clients: 4,
        seed: SEED,
      });
      const committed = () => load.calls().filter(({ result }) => result === "committed").length;
      await expect.poll(committed, LOADED).toBeGreaterThan(50);
      const calls = await load.stop();
      expect(calls.filter(({ result }) => result === "unknown")).toEqual([]);
      expect(await jdbcTotals(endpoint)).toEqual({
        assets: ASSETS,
        balance: ASSETS * BALANCE,
        transactions: before.transactions + committed(),
      });
    });

    test("every type of column comes back as it was written", async () => {
      await expectEveryType(storage);
    });

    const fresh = (id: string): readonly Mutation[] =>
      [
        { table: ACCOUNT, key: { id: text(id) } },
        { table: ASSET_METADATA, key: { asset_id: text(id) } },
      ].map((record) => ({
        kind: "put",
        ...record,
        columns: { tx_id: text("tx"), tx_state: number(1) },
        cleared: [],
        condition: { kind: "absent" },
      }));

    test("together, one record that is there already keeps the others from being written", async () => {
      const [account, metadata] = fresh("half") as [Mutation, Mutation];
      expect(await storage.mutate([metadata])).toBe("done");
      expect(await storage.mutate([account, metadata])).toBe("refused");
      expect(await storage.get(account.table, account.key)).toBeUndefined();
      expect(await storage.mutate([account])).toBe("done");
    });

    test("of several who insert the same records at once, one succeeds", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, turn) =>
          storage.mutate(turn % 2 === 0 ? fresh("race") : [...fresh("race")].reverse()),
        ),
      );
      expect(outcomes.toSorted()).toEqual(["done", ...Array(5).fill("refused")]);
    });

    // Last: what it destroys is gone.
    test("a clean-up script strikes the share of the assets that it is told to", async () => {
      const { overwritten, deleted } = await ruinJdbc(endpoint, { seed: SEED, share: 0.5 });
      expect(overwritten).toBeGreaterThan(0);
      expect(deleted).toBeGreaterThan(0);
      const { assets: left, balance } = await jdbcTotals(endpoint);
      expect(left).toBeLessThan(ASSETS);
      expect(left).toBeGreaterThanOrEqual(ASSETS / 2);
      expect(balance).toBeLessThan(ASSETS * BALANCE);
    });
  });
