import { commitTimes } from "../../databases/dynamodb/look-briefly.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { Coverage } from "../../restore/dynamodb/coverage.ts";
import {
  guardedSpan,
  latestQuietAsked,
  quietCost,
  type SeenDatabase,
  type SeenTable,
  smallBytes,
} from "../../restore/dynamodb/ways-back.ts";
import { sizeText } from "../../restore/size-text.ts";
import type { Cost } from "../../restore/way-back.ts";
import { type QuietAsked, QuietSeconds } from "../../verify/quiet-seconds.ts";
import type { Clocks } from "../../verify/subject.ts";
import { inTime } from "../in-time.ts";
import type { OpenDeployment } from "../open-deployment.ts";

interface Live {
  readonly seen: readonly SeenDatabase[];
  readonly reach: Coverage;
  readonly clocks: Clocks;
  readonly readCoordinator?: boolean;
  readonly limitMs: number;
}

const TOO_YOUNG: Cost = {
  kind: "impossible",
  because: ["recovery does not reach far enough yet: the proof takes the coordinator of a later second"],
};

/**
 * With the last quiet second, by the coordinator in use. An estimate: a commit that is under way has no row yet, and
 * a row that was cleaned up is not seen. A search reads the coordinator of a later second.
 */
export async function liveQuiet(
  open: OpenDeployment,
  { seen, reach, clocks, readCoordinator = false, limitMs }: Live,
): Promise<Cost> {
  const asked = latestQuietAsked(reach, clocks);
  if (asked === undefined) return TOO_YOUNG;
  const coordinator = coordinatorIn(seen);
  if (!readCoordinator && coordinator.table.bytes > smallBytes(coordinator.table))
    return { kind: "unknown", because: tooLarge(coordinator.table) };
  const seconds = new QuietSeconds(asked);
  const read = (signal?: AbortSignal) => seeCommits(open, coordinator, { asked, seconds, signal });
  try {
    await (readCoordinator ? read() : inTime(limitMs, `reading "${coordinator.table.name}"`, read));
  } catch (error) {
    return { kind: "unknown", because: messageOf(error) };
  }
  return quietCost(asked, seconds.found(), open.clock.wallMs());
}

interface Coordinator {
  readonly database: string;
  readonly table: SeenTable;
}

/** Where there is none, or several, nobody looks for quiet seconds. */
function coordinatorIn(seen: readonly SeenDatabase[]): Coordinator {
  for (const { name: database, tables } of seen)
    for (const table of tables) if (table.coordinator) return { database, table };
  throw new StillpointError(
    "INTERNAL",
    "the tables were found to have a coordinator among them, and have none",
  );
}

/** What one answer of the service holds at most, filtered or not. */
const PAGE_BYTES = 2 ** 20;

async function seeCommits(
  open: OpenDeployment,
  { database, table }: Coordinator,
  {
    asked,
    seconds,
    signal,
  }: {
    readonly asked: QuietAsked;
    readonly seconds: QuietSeconds;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { connection } = open.dynamodb(database);
  let pages = 0;
  for await (const times of commitTimes(connection, table.name, guardedSpan(asked), signal)) {
    for (const atMs of times) seconds.see(atMs);
    pages += 1;
    // The service tells the size up to six hours late.
    if (signal !== undefined && pages * PAGE_BYTES > 2 * smallBytes(table) + PAGE_BYTES)
      throw new StillpointError("DATABASE_REFUSED", tooLarge({ ...table, bytes: pages * PAGE_BYTES }));
  }
}

function tooLarge({ name, bytes, readUnits }: SeenTable): string {
  const units = readUnits === undefined ? "" : ` of ${readUnits} units a second`;
  return `coordinator table "${name}" has about ${sizeText(bytes)}, and reading it takes capacity${units} that transactions may want; to read it all the same: stillpoint status --read-coordinator`;
}
