import type { Page } from "../verify/row-source.ts";
import type { Frame, ScopedTable } from "../verify/scope.ts";
import { addDigests, digestText, type TableDigest } from "../verify/table-digest.ts";
import { SettlingIntake } from "./settling-intake.ts";
import type { SettlingSpill } from "./settling-spill.ts";
import { timesOf } from "./settling-times.ts";

interface TakingIn {
  readonly frame: Frame;
  readonly table: ScopedTable;
  /** What rows of the table are spilled under. */
  readonly place: number;
  readonly spill: SettlingSpill;
}

/** Takes in rows of one table, all of them or a segment, as they are read. */
export async function takeInToSettle(
  pages: AsyncIterable<Page>,
  { frame: { subject, namespaces }, table: { schema, as }, place, spill }: TakingIn,
): Promise<TableDigest> {
  const intake = new SettlingIntake({ table: schema, place, namespaces, times: timesOf(subject), spill });
  let count = 0;
  let digest = 0n;
  for await (const page of pages) {
    if (as === "later") intake.takeLater(page);
    else intake.take(page);
    count += page.rows.length;
    digest = addDigests(digest, page.digest);
  }
  intake.finish();
  return { count, digest: digestText(digest) };
}
