import { tmpdir } from "node:os";
import { SCHEMA, type SettledPage } from "../catalog/model.ts";
import { scanContainer } from "../databases/cosmosdb/rows.ts";
import { scanTable } from "../databases/dynamodb/rows.ts";
import { scanServerTable } from "../databases/managed/rows.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { openParts } from "../parts/open-parts.ts";
import { refuseDifferences } from "../restore/dynamodb/refuse-differences.ts";
import { refuseChanged } from "../restore/jdbc/refuse-changed.ts";
import type { SettlingEffects } from "../settle/effects.ts";
import { scanToSettle as readToSettle } from "../settle/scan-to-settle.ts";
import { type SettlingRoom, settleParts as settle } from "../settle/settle-parts.ts";
import { pageId, type Settlement } from "../settle/settlement.ts";
import type { JudgeParts, ScanSegment } from "../verify/effects.ts";
import { judgeParts as judge } from "../verify/judge-parts.ts";
import { listQuiet as list } from "../verify/list-quiet.ts";
import type { Part } from "../verify/part.ts";
import type { QuietFound } from "../verify/quiet-seconds.ts";
import type { VerificationReport } from "../verify/report.ts";
import { scanSegment as scan } from "../verify/scan-segment.ts";
import type { Workroom } from "../verify/workroom.ts";
import { scanClusterTable } from "./cassandra/scope.ts";
import { scanJdbc } from "./jdbc/scope.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** Carries out `scan-segment` on any host: it takes the configuration, the database and the parts' store. */
export function scanSegment(open: OpenDeployment, input: ScanSegment, scratchDir = tmpdir()): Promise<Part> {
  return inWorkroom(open, scratchDir, (room) => scan(room, input));
}

/** Carries out `judge-parts` on any host. */
export function judgeParts(
  open: OpenDeployment,
  input: JudgeParts,
  scratchDir = tmpdir(),
): Promise<VerificationReport> {
  return inWorkroom(open, scratchDir, async (room) => {
    const report = await judge(room, input);
    if (input.like !== undefined) refuseOthers(input, input.like, report);
    return report;
  });
}

/** What keeps the copies is another thing where names have changed hands. */
function refuseOthers(
  { scope }: JudgeParts,
  like: NonNullable<JudgeParts["like"]>,
  { checked: { tables } }: VerificationReport,
): void {
  if (scope.subject.kind === "dump" || scope.subject.kind === "copy") refuseChanged(scope, like, tables);
  else refuseDifferences(scope, like, tables);
}

/** Carries out `scan-to-settle` on any host. */
export function scanToSettle(
  open: OpenDeployment,
  input: SettlingEffects["scan-to-settle"]["input"],
  scratchDir = tmpdir(),
): Promise<Part> {
  return inWorkroom(open, scratchDir, (room) => readToSettle(room, input));
}

/** Carries out `settle-parts` on any host; the pages go to the catalog. */
export function settleParts(
  open: OpenDeployment,
  input: SettlingEffects["settle-parts"]["input"],
  scratchDir = tmpdir(),
): Promise<Settlement> {
  const { run } = input.scope;
  const keepPage: SettlingRoom["keepPage"] = async (page, { changes, dropped }) => {
    const record: SettledPage = {
      schema: SCHEMA,
      id: pageId(run, page),
      deployment: open.settings.name,
      run,
      changes: [...changes],
      dropped: [...dropped],
    };
    await open.catalog.settlements.put(record.id, () => record);
  };
  return inWorkroom(open, scratchDir, (room) => settle({ ...room, keepPage }, input));
}

/** Carries out `list-quiet` on any host. */
export function listQuiet(
  open: OpenDeployment,
  input: SettlingEffects["list-quiet"]["input"],
  scratchDir = tmpdir(),
): Promise<QuietFound> {
  return inWorkroom(open, scratchDir, (room) => list(room, input));
}

/** Best effort: what was verified is verified, and whatever is left behind is in nobody's way. */
export async function removeParts(open: OpenDeployment, run: string): Promise<void> {
  await inWorkroom(open, tmpdir(), ({ parts }) => parts.remove(run)).catch(() => {});
}

async function inWorkroom<T>(
  open: OpenDeployment,
  scratchDir: string,
  work: (room: Workroom) => Promise<T>,
): Promise<T> {
  const parts = await openParts(open.settings.verification.parts, open.env);
  const read: Workroom["read"] = ({ database: name, schema }, segment, segments) => {
    const database = open.database(name);
    switch (database.kind) {
      case "dynamodb":
        return scanTable(database.connection.dynamodb, schema, segment, segments);
      case "cosmosdb":
        return scanContainer(database.connection, schema, segment, segments);
      case "managed":
        return scanServerTable(database, schema, segment, segments);
      case "jdbc":
        return scanJdbc(database, schema, segment, segments);
      case "cassandra":
        return scanClusterTable(database, schema, segment, segments);
      default:
        return database satisfies never;
    }
  };
  try {
    return await work({ parts, scratchDir, read });
  } catch (error) {
    throw isOfRoom(error) ? noRoom(scratchDir, error) : error;
  } finally {
    parts.close();
  }
}

const NO_ROOM = /^(ENOSPC|EDQUOT|ENOENT|EACCES|EROFS)$/;
/** SQLite's own: it may not write, cannot write, has no space, cannot make its file. */
const SQLITE_NO_ROOM: readonly unknown[] = [8, 10, 13, 14];

function isOfRoom(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  return NO_ROOM.test(String(code)) || SQLITE_NO_ROOM.includes(errcode);
}

function noRoom(scratchDir: string, cause: unknown): StillpointError {
  return new StillpointError(
    "PARTS_UNREADABLE",
    `what was read cannot be sorted in "${scratchDir}": ${messageOf(cause)}; nothing of it was left there`,
    { cause },
  );
}
