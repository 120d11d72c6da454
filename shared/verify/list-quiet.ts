import type { ScannedSegment } from "./part.ts";
import { type QuietAsked, type QuietFound, QuietSeconds } from "./quiet-seconds.ts";
import { scanInput } from "./scan-input.ts";
import { withSegment } from "./scan-segment.ts";
import type { Scope } from "./scope.ts";
import { Scratch } from "./scratch.ts";
import { laterCommits } from "./transaction-spill.ts";
import type { Workroom } from "./workroom.ts";

/** Which seconds were quiet, by the parts of a coordinator. One that is gone is read again. */
export async function listQuiet(
  room: Workroom,
  {
    scope,
    scanned,
    asked,
  }: { readonly scope: Scope; readonly scanned: readonly ScannedSegment[]; readonly asked: QuietAsked },
): Promise<QuietFound> {
  const seconds = new QuietSeconds(asked);
  using scratch = new Scratch(undefined);
  const seeAll = (file: string) =>
    scratch.withAttached(file, () => {
      for (const atMs of laterCommits(scratch)) seconds.see(atMs);
    });
  for (const { part, ...segment } of scanned)
    await withSegment(room, { ...scanInput(scope, segment, []), part }, seeAll);
  return seconds.found();
}
