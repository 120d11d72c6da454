import type { ScannedSegment } from "../verify/part.ts";
import { scanInput } from "../verify/scan-input.ts";
import type { Scope } from "../verify/scope.ts";
import { Scratch } from "../verify/scratch.ts";
import { takeOverAll } from "../verify/take-over.ts";
import type { Workroom } from "../verify/workroom.ts";
import type { SettlingEffects } from "./effects.ts";
import { withSegmentToSettle } from "./scan-to-settle.ts";
import { settle } from "./settle.ts";
import type { Settlement, SettlementPage } from "./settlement.ts";
import { SettlingSpill } from "./settling-spill.ts";

export interface SettlingRoom extends Workroom {
  /** Keeps a page durably; the same page again is fine. */
  keepPage(page: number, content: SettlementPage): Promise<void>;
}

/** Decides, by all parts, which transactions stand, and keeps what is to be done, page by page. */
export async function settleParts(
  room: SettlingRoom,
  { scope, scanned }: SettlingEffects["settle-parts"]["input"],
): Promise<Settlement> {
  using scratch = new Scratch(room.scratchDir);
  const spill = new SettlingSpill(scratch);
  await takeOverAll(scanned, (each) =>
    takeOver(room, scope, each, (file) => scratch.withAttached(file, () => spill.merge(each.place))),
  );
  return await settle(scope, scratch, (page, content) => room.keepPage(page, content));
}

async function takeOver(
  room: Workroom,
  scope: Scope,
  { part, ...segment }: ScannedSegment,
  merge: (file: string) => void,
): Promise<void> {
  const { frame, table } = scanInput(scope, segment, []);
  const { segment: number, segments } = segment;
  await withSegmentToSettle(room, { frame, table, segment: number, segments, part }, merge);
}
