import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { RestoreTableToPointInTimeCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  parseRecordedWrites,
  type RecordedWrite,
  replayJournal,
} from "../../../rehearsal/dynamodb/replay.ts";
import type { Wire } from "../../../rehearsal/dynamodb/wire.ts";
import { allItems, createTable, type Swift, sorted, start, untilActive } from "./swift.ts";

function recorded(run: "prefix-run" | "indoubt"): readonly RecordedWrite[] {
  const file = new URL(`../../fixtures/ledger/${run}.journal.jsonl.gz`, import.meta.url);
  return parseRecordedWrites(gunzipSync(readFileSync(file)).toString("utf8"));
}

/** The tables of a real Ledger on DynamoDB, by whether they have a clustering key. */
const TABLES: Record<string, boolean> = {
  "prod_scalar.asset": true,
  "prod_scalar.asset_metadata": false,
  "prod_scalar.contract": true,
  "prod_scalar.contract_class": false,
  "prod_scalar.function": false,
  "prod_scalar.certificate": true,
  "prod_scalar.secret": true,
  "prod_scalar.namespace": true,
  "prod_coordinator.state": false,
  "prod_app.account": false,
};

async function startLedger(writes: readonly RecordedWrite[]): Promise<Swift> {
  const swift = await start({}, { clockOffsetMs: Math.max(0, lastMs(writes) + 600_000 - Date.now()) });
  const attribute = (AttributeName: string, AttributeType: "B" | "S") => ({ AttributeName, AttributeType });
  const partition = "concatenatedPartitionKey";
  const clustering = "concatenatedClusteringKey";
  for (const [name, clustered] of Object.entries(TABLES))
    await createTable(swift, name, {
      KeySchema: [
        { AttributeName: partition, KeyType: "HASH" },
        ...(clustered ? [{ AttributeName: clustering, KeyType: "RANGE" as const }] : []),
      ],
      AttributeDefinitions: [attribute(partition, "B"), ...(clustered ? [attribute(clustering, "B")] : [])],
    });
  await createTable(swift, "prod_scalardb.metadata", {
    KeySchema: [{ AttributeName: "table", KeyType: "HASH" }],
    AttributeDefinitions: [attribute("table", "S")],
  });
  return swift;
}

function lastMs(writes: readonly RecordedWrite[]): number {
  return Math.max(...writes.map(({ atMs }) => atMs));
}

test.each(["prefix-run", "indoubt"] as const)(
  "every write of the real run %s ends as it did, and leaves the table as the journal has it",
  async (run) => {
    const writes = recorded(run);
    const swift = await startLedger(writes);

    const { accepted, differing } = await replayJournal(swift.db, writes);

    expect(differing).toEqual([]);
    expect(accepted).toBe(writes.filter(({ status }) => status === 200).length);
    for (const table of Object.keys(TABLES)) {
      const raw = await swift.db.carryOut("Scan", { TableName: table });
      const items = (raw.body as { Items: Wire[] }).Items;
      expect(sorted(items)).toEqual(sorted(swift.db.itemsAt(table, { instantMs: lastMs(writes) })));
    }
  },
);

test("any second of a real run can be restored, with each item as it was within that second", async () => {
  const writes = recorded("prefix-run");
  const swift = await startLedger(writes);
  await replayJournal(swift.db, writes);
  // In the middle of the load, where items change within the second.
  const middleMs = writes.filter(({ operation }) => operation === "TransactWriteItems").at(60)?.atMs ?? 0;
  const second = Math.floor(middleMs / 1000);

  await swift.client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: "prod_scalar.asset_metadata",
      TargetTableName: "copy",
      RestoreDateTime: new Date(second * 1000),
    }),
  );
  await untilActive(swift, "copy");

  const raw = await swift.db.carryOut("Scan", { TableName: "copy" });
  const items = (raw.body as { Items: Wire[] }).Items;
  expect(items.length).toBeGreaterThan(0);
  expect(sorted(items)).toEqual(sorted(swift.db.itemsAt("prod_scalar.asset_metadata", { second })));
  expect(await allItems(swift, "prod_scalar.asset_metadata")).not.toEqual(await allItems(swift, "copy"));
});

test("different seconds of a real run hold different, growing numbers of committed transactions", async () => {
  const writes = recorded("prefix-run");
  const swift = await startLedger(writes);
  await replayJournal(swift.db, writes);
  const load = writes.filter(({ operation }) => operation === "TransactWriteItems");
  const from = Math.floor((load.at(0)?.atMs ?? 0) / 1000);
  const to = Math.ceil(lastMs(writes) / 1000);
  const counts: number[] = [];
  for (let second = from; second <= to; second++)
    counts.push(swift.db.itemsAt("prod_coordinator.state", { second }).length);
  // Each item keeps its place within the second, so a coordinator that only grows never shrinks.
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(new Set(counts).size).toBeGreaterThan(5);
});

test("writes of the future are not replayed", async () => {
  const swift = await start();
  await createTable(swift);
  const future: RecordedWrite = {
    seq: 1,
    atMs: swift.db.now() + 60_000,
    operation: "PutItem",
    status: 200,
    request: { TableName: "accounts", Item: { id: { S: "a" } } },
  };
  await expect(replayJournal(swift.db, [future])).rejects.toThrow(/Set its clock ahead/);
});
