import { quoted } from "../../../errors/quoted.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { serverNow } from "../../sql/clock.ts";
import { placeOf } from "../../sql/refusal.ts";
import type { Sql, SqlAddress, SqlSession } from "../../sql/sql.ts";
import type { RunningDump, TakenSnapshot } from "../server.ts";
import { changesBetween } from "./changes.ts";
import { logPosition, positionBetween } from "./log-position.ts";
import { type OptionFile, writeOptionFile } from "./option-file.ts";
import type { Product } from "./product.ts";
import { catchUpProblem } from "./replica.ts";
import { holdTables } from "./table-locks.ts";
import { readTables, type Table } from "./tables.ts";
import { startTool, type ToolProcess } from "./tool-process.ts";
import { findTool, type Tool } from "./tools.ts";

/**
 * The tool works in order, on one connection: it names a table only once its transaction has been started with a
 * snapshot, and the server has said so.
 */
const SNAPSHOT_TAKEN = /^-- Retrieving (?:table|view) structure/;
const LARGEST_PACKET = 1024 ** 3;
/** Instances are held meanwhile. */
const REPLICA_LIMIT_MS = 5_000;

const OPTIONS: readonly string[] = [
  "--single-transaction",
  "--quick",
  "--skip-lock-tables",
  "--skip-add-locks",
  "--no-tablespaces",
  "--hex-blob",
  "--triggers",
  "--tz-utc",
  "--comments",
  "--quote-names",
  "--default-character-set=utf8mb4",
  `--max-allowed-packet=${LARGEST_PACKET}`,
  "--verbose",
];

/** MySQL's tool would lock all tables to read positions of its log, and would write them to be executed. */
const OPTIONS_OF: Readonly<Record<Product, readonly string[]>> = {
  MariaDB: [],
  MySQL: ["--set-gtid-purged=OFF", "--column-statistics=0"],
};

interface Dumping {
  readonly sql: Sql;
  readonly address: SqlAddress;
  readonly captured: CapturedJdbc;
  readonly tools: string | undefined;
  readonly searchPath: string | undefined;
  readonly replicaWaitMs: number;
  readonly clock: () => number;
}

export async function startMysqlDump(dumping: Dumping, signal?: AbortSignal): Promise<RunningDump> {
  const { sql, address, captured, tools, replicaWaitMs } = dumping;
  const product = captured.product as Product;
  const found = await findTool("dump", { product, version: captured.serverVersion }, tools);
  if ("problem" in found) throw failure(dumping, found.problem);
  // What was committed before the instances were paused has to be in the snapshot.
  const lag = await catchUpProblem(sql, Math.min(replicaWaitMs, REPLICA_LIMIT_MS));
  if (lag !== undefined) throw failure(dumping, lag);
  const session = await sql.session();
  let file: OptionFile | undefined;
  try {
    const tables = await holdTables(session, captured);
    const missing = changesBetween(captured.tables, tables);
    if (missing.length > 0) throw failure(dumping, missing.join("; "));
    file = await writeOptionFile(address, product);
    return await takeSnapshot(dumping, { tool: found.tool, session, tables, file, signal });
  } catch (error) {
    await file?.remove();
    throw error instanceof StillpointError && error.code !== "DUMP_FAILED"
      ? failure(dumping, error.message)
      : error;
  } finally {
    await session.end();
  }
}

interface Started {
  readonly tool: Tool;
  readonly session: SqlSession;
  readonly tables: readonly Table[];
  readonly file: OptionFile;
  readonly signal: AbortSignal | undefined;
}

/**
 * Tables are held until the snapshot is there, so that those of the snapshot are known by their ids. Not for longer: a
 * statement that alters a table would wait for us, the tool for that statement, and we for the tool; and until then so
 * would every transaction on the table. A table that is altered later fails the dump instead.
 */
async function takeSnapshot(
  dumping: Dumping,
  { tool, session, tables, file, signal }: Started,
): Promise<RunningDump> {
  const { captured, clock, sql, searchPath } = dumping;
  const before = await logPosition(session);
  const begunMs = clock();
  const own = OPTIONS_OF[captured.product as Product];
  const words = [file.argument, ...OPTIONS, ...own, "--databases", ...captured.schemas];
  const process = startTool(tool.path, words, searchPath);
  const stop = () => process.stop().then(file.remove);
  const abort = () => void stop();
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  try {
    await snapshotTaken(dumping, process);
    const takenMs = clock();
    const position = positionBetween(before, await logPosition(session));
    const snapshot: TakenSnapshot = {
      begunMs,
      takenMs,
      atMs: await serverNow(sql),
      ...(position !== undefined && { position }),
    };
    await file.remove();
    const ended = conclude(dumping, process, tables).finally(() =>
      signal?.removeEventListener("abort", abort),
    );
    // Whoever started it hears of it, now or later.
    ended.catch(() => undefined);
    return { snapshot, tool: tool.calls, format: "plain", output: process.output, ended, stop };
  } catch (error) {
    signal?.removeEventListener("abort", abort);
    await stop();
    throw error;
  }
}

async function snapshotTaken(dumping: Dumping, process: ToolProcess): Promise<void> {
  const over = process.ended.then((said) => ({ said: said ?? "it ended without a table" }));
  const first = await Promise.race([process.says(SNAPSHOT_TAKEN), over]);
  if (first !== undefined) throw failure(dumping, first.said);
}

/** The snapshot does not hold tables in place: each must be the same from when it was taken to when all were read. */
async function conclude(dumping: Dumping, process: ToolProcess, before: readonly Table[]): Promise<void> {
  const { sql, captured } = dumping;
  const said = await process.ended;
  if (said !== undefined) throw failure(dumping, said);
  const after = await readTables(sql, { product: captured.product as Product, sees: true }, captured.schemas);
  const changes = changesBetween(before, after);
  if (changes.length > 0) throw failure(dumping, `${changes.join("; ")}, while the dump was written`);
}

function failure({ address, captured }: Dumping, why: string): StillpointError {
  const schemas = quoted(captured.schemas);
  return new StillpointError(
    "DUMP_FAILED",
    `cannot dump ${schemas} of ${captured.product} at ${placeOf(address)}: ${why}; the server was not changed`,
  );
}
