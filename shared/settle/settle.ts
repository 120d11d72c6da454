import { StillpointError } from "../errors/stillpoint-error.ts";
import { logicalName } from "../verify/row-source.ts";
import { isMutable, type Scope } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import type { Change, Dropped } from "./change.ts";
import { ChangeList, listChanges } from "./change-list.ts";
import { droppedTransactions } from "./dropped-list.ts";
import { gatherSigns } from "./gather-signs.ts";
import { namedTwice } from "./named-twice.ts";
import { nearestQuiet } from "./nearest-quiet.ts";
import { settleRecords } from "./settle-records.ts";
import { PAGE_ENTRIES, type Settlement, type SettlementPage } from "./settlement.ts";
import { timesOf } from "./settling-times.ts";
import { Signs } from "./signs.ts";
import { decideStandings } from "./standings.ts";
import { walkAssets } from "./walk-assets.ts";

type KeepPage = (page: number, content: SettlementPage) => Promise<void>;

/** Decides which transactions of what was taken in stand, and what is to be done. Every reason to stop comes first. */
export async function settle(scope: Scope, scratch: Scratch, keepPage: KeepPage): Promise<Settlement> {
  refuseTables(scope);
  const times = timesOf(scope.subject);
  decideStandings(scratch, times);
  const changes = new ChangeList(scope, scratch);
  const signs = new Signs();
  walkAssets({ scope, scratch, times, changes, signs });
  settleRecords({ scope, scratch, times, changes, signs });
  gatherSigns(scratch, times, scope.tables.some(isMutable), signs);
  signs.stop(times.cutMs / 1000, (stop) =>
    stop === "SETTLE_UNRESOLVED" ? nearestQuiet(scratch, times) : "",
  );
  listChanges(scratch, changes);
  const pages = await keepPages(changes.changes(), droppedTransactions(scratch), keepPage);
  return { keptUntilMs: times.keptUntilMs, pages, changes: changes.count, ...countsOf(scratch) };
}

/** Also refused where a restore is planned; here for whoever settles without a plan. */
function refuseTables(scope: Scope): void {
  const reasons = obstacles(scope);
  if (reasons.length > 0)
    throw new StillpointError(
      "SETTLE_REFUSED",
      `these copies cannot be settled: ${reasons.join("; ")}. No row was changed`,
    );
}

function obstacles({ tables }: Scope): readonly string[] {
  const coordinators = tables.filter(({ schema, as }) => schema.role === "coordinator" && as === "copy");
  const mute = tables.filter(({ schema }) => schema.role === "asset" && !schema.transactional);
  const isLaterThere = tables.some(({ as }) => as === "later");
  return [
    ...mute.map(({ schema }) => `${logicalName(schema)} has no transaction columns`),
    ...(coordinators.length === 1
      ? []
      : [`${coordinators.length} coordinator tables were read, and not one`]),
    ...namedTwice(tables.filter(({ as }) => as === "copy").map(({ schema }) => schema)),
    ...(tables.some(isMutable) && !isLaterThere
      ? ["there are records that can change, and the coordinator of a later second was not read"]
      : []),
  ];
}

async function keepPages(
  changes: Iterable<Change>,
  dropped: Iterable<Dropped>,
  keepPage: KeepPage,
): Promise<number> {
  let pages = 0;
  let page: { changes: Change[]; dropped: Dropped[] } = { changes: [], dropped: [] };
  const turn = async (most: number) => {
    if (page.changes.length + page.dropped.length < most) return;
    await keepPage(pages, page);
    pages += 1;
    page = { changes: [], dropped: [] };
  };
  for (const change of changes) {
    page.changes.push(change);
    await turn(PAGE_ENTRIES);
  }
  for (const each of dropped) {
    page.dropped.push(each);
    await turn(PAGE_ENTRIES);
  }
  await turn(1);
  return pages;
}

function countsOf(scratch: Scratch): Pick<Settlement, "dropped" | "inDoubt" | "newestKeptMs"> {
  const [counts] = scratch.rows(`select
    (select count(*) from dropped where why in ('late', 'dependent')),
    (select count(*) from dropped where why = 'in-doubt'),
    (select max(at) from transactions where tx not in (select tx from dropped)),
    (select max(committed) from old_tx), (select max(created) from decision where row_key is null and state = 3)`);
  const [dropped, inDoubt, ...times] = counts as readonly (number | null)[];
  const newestKeptMs = Math.max(...times.map((ms) => ms ?? 0));
  return { dropped: dropped ?? 0, inDoubt: inDoubt ?? 0, ...(newestKeptMs > 0 && { newestKeptMs }) };
}
