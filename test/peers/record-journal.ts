import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { LEDGER_SCHEMA } from "../../rehearsal/scalardb-server/ledger.ts";
import { startScalardbWorld } from "../../rehearsal/scalardb-world.ts";
import { bankOf, ledgerOn } from "./applications.ts";
import {
  type Application,
  countAtLast,
  type DeadlyRun,
  type DeadlyWorld,
  PREFIX,
  runDeadly,
} from "./deadly-run.ts";
import { startLibraryWorld } from "./library/library-world.ts";
import { MIRRORED_SCHEMA, mirroredLedgerOn } from "./mirrored-ledger.ts";

/**
 * Records every state of every item that real ScalarDB Servers write under load while some of them are killed, one line
 * each in the format of the journals in test/fixtures; the last kind is ScalarDB's newest library instead of servers:
 *
 *     node test/peers/record-journal.ts bank|ledger|write-sets FILE.jsonl.gz SECONDS TRANSFERS_PER_SECOND DEATHS
 */
const [kind = "bank", file = "journal.jsonl.gz", seconds = "75", rate = "4", deaths = "4"] =
  process.argv.slice(2);
const RECORDS = 10;
const MIRRORED_RECORDS = 24;
const run: DeadlyRun = {
  seconds: Number(seconds),
  clients: 6,
  transfersPerSecond: Number(rate),
  deaths: Array.from({ length: Number(deaths) }, (_, index) => ({
    atSecond: ((index + 0.5) * Number(seconds)) / (Number(deaths) + 0.5),
    committed: index % 2 === 0,
  })),
  seed: kind,
};

const { world, application } = await start();
await using _ = world;
const outcome = await runDeadly<object>(world, application, run);
const count = await countAtLast<object>(world, application);
const lines = [...application.tables, `${PREFIX}coordinator.state`, `${PREFIX}scalardb.metadata`]
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
console.log(JSON.stringify({ ...run, ...outcome, count, lines: lines.length, bytes: packed.length }));

interface Started {
  readonly world: DeadlyWorld & AsyncDisposable;
  readonly application: Application<object>;
}

async function start(): Promise<Started> {
  if (kind === "write-sets") return startWithWriteSets();
  const world = await startScalardbWorld({
    seed: kind,
    instances: 2,
    assets: RECORDS,
    ...(kind === "ledger" && { tables: LEDGER_SCHEMA }),
  });
  return { world, application: kind === "ledger" ? await ledgerOn(world, RECORDS) : bankOf(world) };
}

async function startWithWriteSets(): Promise<Started> {
  const world = await startLibraryWorld({ seed: kind, processes: 2, tables: MIRRORED_SCHEMA });
  const [any] = world.scalardb.transactions();
  if (any === undefined) throw new Error("No server runs");
  return { world, application: await mirroredLedgerOn(any, MIRRORED_RECORDS) };
}
