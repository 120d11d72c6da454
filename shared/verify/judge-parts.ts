import type { JudgeParts } from "./effects.ts";
import { attachedTotals, type IntakeTotals, NOTHING_TAKEN, sumOf } from "./intake-totals.ts";
import { judge } from "./judge.ts";
import type { Part, ScannedSegment } from "./part.ts";
import type { VerificationReport } from "./report.ts";
import { scanInput } from "./scan-input.ts";
import { scan, withSegment } from "./scan-segment.ts";
import { holdsKeys, type ScopedTable } from "./scope.ts";
import { Scratch } from "./scratch.ts";
import { openSpills } from "./spills.ts";
import { sumOfDigests } from "./table-digest.ts";
import { takeOverAll } from "./take-over.ts";
import type { Workroom } from "./workroom.ts";

/** Merges all parts in one scratch, and judges the whole. */
export async function judgeParts(room: Workroom, input: JudgeParts): Promise<VerificationReport> {
  const { scope, scanned } = input;
  using scratch = new Scratch(room.scratchDir);
  const spills = openSpills(scratch);
  const totals = scope.tables.map((): IntakeTotals[] => []);
  const unlike = unlikePlaces(input);
  const takeOver = async ({ part, ...segment }: ScannedSegment) => {
    const merge = (file: string) =>
      scratch.withAttached(file, () => {
        spills.transactions.merge(segment.place);
        spills.chains.merge();
        spills.writes.merge();
        return attachedTotals(scratch);
      });
    const reading = scanInput(scope, segment, scanned);
    if (unlike.has(segment.place)) return (await scan(room, reading, merge)).used;
    return spillsNothing(reading.table) ? onlyCounted(part) : withSegment(room, { ...reading, part }, merge);
  };
  await takeOverAll(scanned, async (each) => void totals[each.place]?.push(await takeOver(each)));
  return judge(scope, { scratch, spills, totals: totals.map(sumOf) });
}

/** Tables that were read otherwise than before are read again: somebody may have mended them since. */
function unlikePlaces({ scope, scanned, like }: JudgeParts): ReadonlySet<number> {
  const copies = scope.tables.flatMap(({ as }, place) => (as === "copy" ? [place] : []));
  const isUnlike = (place: number, index: number) => {
    const read = sumOfDigests(scanned.filter((each) => each.place === place).map(({ part }) => part));
    return read.count !== like?.[index]?.rows || read.digest !== like[index].digest;
  };
  return new Set(like === undefined ? [] : copies.filter(isUnlike));
}

function spillsNothing(table: ScopedTable): boolean {
  return holdsKeys(table) || table.schema.role === "other";
}

function onlyCounted({ count, digest }: Part): IntakeTotals {
  return { ...NOTHING_TAKEN, count, digest };
}
