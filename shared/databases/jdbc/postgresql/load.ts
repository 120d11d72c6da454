import { createWriteStream } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Sql } from "../../sql/sql.ts";
import { startTool, type Tool } from "../tool-process.ts";
import type { ClientTools } from "./client-tools.ts";
import { keptSettings } from "./kept-settings.ts";
import { makeTarget, removeTarget, type Target } from "./target-database.ts";

/** More would only wait for the disk. */
const MOST_JOBS = 8;
/** Of the room for a scratch file; the rest of the disk is somebody else's. */
const SPARE = 1.1;

export interface Loading {
  readonly admin: Sql;
  readonly tools: ClientTools;
  readonly captured: CapturedJdbc;
  readonly target: Target;
  /** The target as a database, and the dump as the tool wrote it. */
  readonly openTarget: () => Sql;
  readonly openDump: () => Promise<Readable>;
  readonly scratchDir: string;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the target anew and loads the dump into it. Where that fails, nothing half loaded is left behind. */
export async function load(loading: Loading): Promise<void> {
  const { admin, captured, target, openTarget } = loading;
  const settings = keptSettings(captured);
  loading.signal?.throwIfAborted();
  await makeTarget(admin, target, settings, openTarget);
  try {
    // A dump of schemas makes each of them, this one too, which every database has from the beginning.
    if (!settings.isWhole && captured.schemas.includes("public"))
      await ask(openTarget, "DROP SCHEMA IF EXISTS public");
    await loadDump(loading);
    // A dump has no statistics: without them the first transactions would scan whole tables.
    await ask(openTarget, "ANALYZE");
  } catch (error) {
    // The next attempt removes it too: that this fails is no news besides why the loading did.
    await removeTarget(admin, target).catch(() => undefined);
    throw error;
  }
}

async function loadDump(loading: Loading): Promise<void> {
  const { artifact } = loading.captured;
  const format = artifact?.format;
  switch (format) {
    case "custom":
      return loadCustom(loading, artifact?.rawBytes);
    case "plain":
      return feed(loading, plainTool(loading));
    case undefined:
      throw new StillpointError(
        "LOAD_FAILED",
        "cannot load a dump that was never completed; nothing was touched",
      );
    default:
      return format satisfies never;
  }
}

/** Several processes load from a file: a pipe can be read by one only. */
async function loadCustom(loading: Loading, rawBytes: number | undefined): Promise<void> {
  const isWorthIt = gainsByJobs(loading.captured) && (await hasRoom(loading.scratchDir, rawBytes));
  if (!isWorthIt) return feed(loading, restoreTool(loading, []));
  const folder = await mkdtemp(join(loading.scratchDir, "stillpoint-load-"));
  try {
    const file = join(folder, "dump");
    await pipeline(await loading.openDump(), createWriteStream(file, { mode: 0o600 }), signalOf(loading));
    const jobs = Math.min(MOST_JOBS, availableParallelism());
    await runTool(loading, restoreTool(loading, [`--jobs=${jobs}`, file]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each table is loaded by one process: where one of them is most of the dump, the file would only be written for nothing. */
function gainsByJobs({ tables }: CapturedJdbc): boolean {
  const sizes = tables.map(({ bytes }) => bytes);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  return Math.max(0, ...sizes) <= total / 2;
}

async function hasRoom(folder: string, rawBytes: number | undefined): Promise<boolean> {
  if (rawBytes === undefined) return false;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize >= rawBytes * SPARE;
}

function restoreTool({ tools, target }: Loading, words: readonly string[]): Tool {
  return {
    program: tools.program("pg_restore"),
    words: ["--exit-on-error", "--no-password", `--dbname=${connection(target.name)}`, ...words],
    env: tools.envFor(target.name),
    code: "LOAD_FAILED",
    action: `load the dump into database "${target.name}"`,
  };
}

/** A name with an equals sign in it would be taken for a whole connection string. */
function connection(database: string): string {
  return `dbname='${database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function plainTool({ tools, target }: Loading): Tool {
  return {
    program: tools.program("psql"),
    words: [
      "--no-psqlrc",
      "--quiet",
      "--no-password",
      "--single-transaction",
      "--set=ON_ERROR_STOP=1",
      `--dbname=${connection(target.name)}`,
      "--file=-",
    ],
    env: tools.envFor(target.name),
    code: "LOAD_FAILED",
    action: `load the dump into database "${target.name}"`,
  };
}

async function runTool({ signal }: Loading, tool: Tool): Promise<void> {
  const running = startTool(tool);
  running.input.end();
  running.output.resume();
  const onAbort = () => void running.stop();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await running.ended;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** A tool that fails stops reading: its own words say more than the pipe that broke. */
async function feed(loading: Loading, tool: Tool): Promise<void> {
  const dump = await loading.openDump();
  const running = startTool(tool);
  running.output.resume();
  const fed = pipeline(dump, running.input, signalOf(loading));
  try {
    await Promise.all([running.ended, fed.catch((error) => refuseUnlessClosed(error))]);
  } catch (error) {
    await running.stop();
    dump.destroy();
    loading.signal?.throwIfAborted();
    throw error;
  }
}

function refuseUnlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
}

function signalOf({ signal }: Loading): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

async function ask(open: () => Sql, statement: string): Promise<void> {
  const sql = open();
  try {
    await sql.query(statement);
  } finally {
    sql.close();
  }
}
