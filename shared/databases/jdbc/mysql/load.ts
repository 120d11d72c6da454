import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import { placeOf } from "../../sql/refusal.ts";
import type { Sql, SqlAddress } from "../../sql/sql.ts";
import type { Names } from "../server.ts";
import { mark, ownerOf, tableNames } from "./marker.ts";
import { writeOptionFile } from "./option-file.ts";
import { serverIdentity } from "./product.ts";
import { RenamedDump } from "./renamed-dump.ts";
import { MysqlSettings } from "./settings.ts";
import { startTool, type ToolProcess } from "./tool-process.ts";
import { findTool } from "./tools.ts";

const LARGEST_PACKET = 1024 ** 3;

/** It stops at the first error, and a connection that broke must not be taken up again: the schema would be another. */
const OPTIONS = [
  "--batch",
  "--binary-mode",
  "--skip-reconnect",
  "--default-character-set=utf8mb4",
  `--max-allowed-packet=${LARGEST_PACKET}`,
];

export interface Loading {
  readonly sql: Sql;
  readonly address: SqlAddress;
  readonly tools: string | undefined;
  readonly searchPath: string | undefined;
  readonly captured: CapturedJdbc;
  readonly targets: Names;
  readonly run: string;
  readonly open: () => Promise<Readable>;
  readonly signal?: AbortSignal;
}

export async function loadMysql(loading: Loading): Promise<void> {
  const { sql, targets, run } = loading;
  try {
    await removeSchemas(sql, targets, run);
    await makeTargets(loading);
    await runClient(loading);
    await checkTables(loading);
  } catch (error) {
    throw error instanceof StillpointError && error.code === "DUMP_DAMAGED" ? error : failure(loading, error);
  }
}

/** Those that this run has made. One that has just been made and bears no mark yet is empty, and is left. */
export async function removeSchemas(sql: Sql, targets: Names, run: string): Promise<void> {
  for (const schema of Object.values(targets)) {
    const owner = await ownerOf(sql, schema);
    if (owner.kind === "run" && owner.run === run)
      await sql.query(`DROP DATABASE ${quoted("mysql", schema)}`);
  }
}

async function makeTargets({ sql, captured, targets, run }: Loading): Promise<void> {
  const { schemas } = MysqlSettings.parse(captured.settings);
  for (const [schema, target] of Object.entries(targets)) {
    const owner = await ownerOf(sql, target);
    if (owner.kind === "run" || owner.kind === "other")
      throw new StillpointError(
        "LOAD_FAILED",
        `schema "${target}" is there already and is not of this run; it was not touched. Move it away, or drop it`,
      );
    const like = schemas.find(({ name }) => name === schema);
    await makeSchema(sql, target, like);
    await mark(sql, target, run);
  }
}

export async function makeSchema(
  sql: Pick<Sql, "query">,
  schema: string,
  like: { readonly charset: string; readonly collation: string } | undefined,
): Promise<void> {
  const charset = like === undefined ? "" : ` CHARACTER SET ${like.charset} COLLATE ${like.collation}`;
  const name = quoted("mysql", schema);
  await sql.query(`CREATE DATABASE IF NOT EXISTS ${name}${charset}`);
  if (charset !== "") await sql.query(`ALTER DATABASE ${name}${charset}`);
}

async function runClient(loading: Loading): Promise<void> {
  const { sql, address, tools, searchPath, targets, open, signal } = loading;
  const { product, version } = await serverIdentity(sql);
  const found = await findTool("client", { product, version }, tools);
  if ("problem" in found) throw new StillpointError("LOAD_FAILED", found.problem);
  const file = await writeOptionFile(address, product);
  try {
    const dump = await open();
    const client = startTool(found.tool.path, [file.argument, ...OPTIONS], searchPath);
    client.output.resume();
    await feed(client, dump, targets, signal);
  } finally {
    await file.remove();
  }
}

/** Where the client has ended early, it knows why; a broken pipe is only what follows from it. */
async function feed(
  client: ToolProcess,
  dump: Readable,
  targets: Names,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fed = pipeline(dump, new RenamedDump(targets), client.input, { ...(signal && { signal }) }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const first = await Promise.race([fed, client.ended.then(() => "client" as const)]);
  if (first === "client") dump.destroy();
  const broken = await fed;
  if (broken !== undefined && !isBrokenPipe(broken.error)) {
    await client.stop();
    throw broken.error;
  }
  const said = await client.ended;
  if (said !== undefined) throw new StillpointError("LOAD_FAILED", `${said}${adviceOn(said)}`);
  if (broken !== undefined) throw new StillpointError("LOAD_FAILED", "the client ended before the dump did");
}

function isBrokenPipe(error: unknown): boolean {
  return ["EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET"].includes(
    String((error as { code?: unknown })?.code),
  );
}

function adviceOn(said: string): string {
  return /max_allowed_packet|gone away|bigger than/i.test(said)
    ? ": a row may be larger than the server's max_allowed_packet, which then has to be raised"
    : "";
}

async function checkTables({ sql, captured, targets }: Loading): Promise<void> {
  for (const [schema, target] of Object.entries(targets)) {
    const there = new Set(await tableNames(sql, target));
    const missing = captured.tables.filter((table) => table.schema === schema && !there.has(table.name));
    if (missing.length === 0) continue;
    const names = missing.map(({ name }) => `"${name}"`).join(", ");
    throw new StillpointError(
      "LOAD_FAILED",
      `after the load schema "${target}" lacks ${names}, which the backup saw`,
    );
  }
}

function failure({ captured, targets, address }: Loading, error: unknown): StillpointError {
  const into = captured.schemas.map((schema) => `"${targets[schema]}"`).join(", ");
  return new StillpointError(
    "LOAD_FAILED",
    `cannot load the dump into ${into} at ${placeOf(address)}: ${messageOf(error)}; the originals were not touched`,
    { cause: error },
  );
}
