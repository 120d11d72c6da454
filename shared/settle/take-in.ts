import type { Page } from "../verify/row-source.ts";
import type { Frame, ScopedTable } from "../verify/scope.ts";
import { addDigests, digestText, type TableDigest } from "../verify/table-digest.ts";
import { EarlierIntake } from "./earlier-intake.ts";
import { LaterIntake } from "./later-intake.ts";
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

interface Intake {
  take(page: Page): void;
  /** Once all rows were taken. */
  finish(): void;
}

/** Takes in rows of one table, all of them or a segment, as they are read. */
export async function takeInToSettle(pages: AsyncIterable<Page>, taking: TakingIn): Promise<TableDigest> {
  const intake = intakeOf(taking);
  let count = 0;
  let digest = 0n;
  for await (const page of pages) {
    intake.take(page);
    count += page.rows.length;
    digest = addDigests(digest, page.digest);
  }
  intake.finish();
  return { count, digest: digestText(digest) };
}

function intakeOf({
  frame: { subject, namespaces },
  table: { schema: table, as },
  place,
  spill,
}: TakingIn): Intake {
  const times = timesOf(subject);
  switch (as) {
    case "copy":
      return new SettlingIntake({ table, place, namespaces, times, spill });
    case "later":
      return new LaterIntake(times, spill);
    case "earlier":
      return new EarlierIntake({ table, place, times, spill });
    default:
      return as satisfies never;
  }
}
