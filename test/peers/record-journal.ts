import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { startScalardbWorld } from "../../rehearsal/scalardb-world.ts";
import { type DeadlyRun, runDeadly, WRITTEN } from "./deadly-run.ts";

/**
 * Records every state of every item that real ScalarDB Servers write under load while some of them are killed, one line
 * each in the format of the journals beside it:
 *
 *     node test/peers/record-journal.ts FILE.jsonl.gz SECONDS TRANSFERS_PER_SECOND [DEATHS]
 */
const [file = "journal.jsonl.gz", seconds = "75", rate = "4", deaths = "4"] = process.argv.slice(2);
const run: DeadlyRun = {
  seconds: Number(seconds),
  clients: 6,
  transfersPerSecond: Number(rate),
  deaths: Array.from({ length: Number(deaths) }, (_, index) => ({
    atSecond: ((index + 0.5) * Number(seconds)) / (Number(deaths) + 0.5),
    committed: index % 2 === 0,
  })),
  seed: file,
};

await using world = await startScalardbWorld({ seed: file, instances: 2, assets: 10 });
const outcome = await runDeadly(world, run);
const lines = [...WRITTEN, "prod_scalardb.metadata"]
  .flatMap((table) =>
    world.dynamodb.journalOf(table).map(({ atMs, key, item }) => ({
      at_ms: atMs,
      op: item === undefined ? "DeleteItem" : "PutItem",
      status: 200,
      request: { TableName: table, ...(item === undefined ? { Key: key } : { Item: item }) },
    })),
  )
  .sort((one, other) => one.at_ms - other.at_ms)
  .map((entry, seq) => `${JSON.stringify({ seq, ...entry })}\n`);
const packed = gzipSync(lines.join(""), { level: 9 });
await writeFile(file, packed);
console.log(
  JSON.stringify({
    ...run,
    ...outcome,
    total: world.scalardb.bank.total,
    lines: lines.length,
    bytes: packed.length,
  }),
);
