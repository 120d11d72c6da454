import { tmpdir } from "node:os";
import { scanTable } from "../databases/dynamodb/rows.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { openParts } from "../parts/open-parts.ts";
import { refuseDifferences } from "../restore/dynamodb/refuse-differences.ts";
import type { JudgeParts, ScanSegment } from "../verify/effects.ts";
import { judgeParts as judge } from "../verify/judge-parts.ts";
import type { Part } from "../verify/part.ts";
import type { VerificationReport } from "../verify/report.ts";
import { scanSegment as scan } from "../verify/scan-segment.ts";
import type { Workroom } from "../verify/workroom.ts";
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
    if (input.like !== undefined) refuseDifferences(input.scope, input.like, report.checked.tables);
    return report;
  });
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
  const parts = await openParts(open.settings.verification.parts);
  const read: Workroom["read"] = ({ database, schema }, segment, segments) =>
    scanTable(open.database(database).connection.dynamodb, schema, segment, segments);
  try {
    return await work({ parts, scratchDir, read });
  } catch (error) {
    throw isFull(error) ? noRoom(scratchDir, error) : error;
  } finally {
    parts.close();
  }
}

/** Of SQLite. */
const FULL = 13;

function isFull(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  return code === "ENOSPC" || errcode === FULL;
}

function noRoom(scratchDir: string, cause: unknown): StillpointError {
  return new StillpointError(
    "PARTS_UNREADABLE",
    `there is no room left in "${scratchDir}" to sort what was read: ${messageOf(cause)}; what was there for it is removed`,
    { cause },
  );
}
