import { StillpointError } from "../errors/stillpoint-error.ts";
import { Findings } from "./findings.ts";
import { Intake } from "./intake.ts";
import type { IntakeTotals } from "./intake-totals.ts";
import type { Page, Row } from "./row-source.ts";
import type { Frame, ScopedTable } from "./scope.ts";
import { SignatureCheck } from "./signature-check.ts";
import type { Spills } from "./spills.ts";
import { limitsOf, pausedSpan } from "./subject.ts";
import { addDigests, digestText } from "./table-digest.ts";

interface TakingIn {
  readonly frame: Frame;
  readonly table: ScopedTable;
  /** What rows of the table are spilled under. */
  readonly place: number;
  readonly spills: Spills;
  /** What signatures are checked with, where keys were read elsewhere. */
  readonly ring?: Spills["ring"];
}

/** Takes in rows of one table, all of them or a segment, as they are read. */
export async function takeIn(
  pages: AsyncIterable<Page>,
  { frame, table, place, spills, ring = spills.ring }: TakingIn,
): Promise<IntakeTotals> {
  const { subject, clocks, namespaces } = frame;
  const paused = pausedSpan(subject, clocks);
  const limits = { ...limitsOf(subject, clocks), paused, isSettled: subject.kind === "settled" };
  const findings = new Findings();
  const signatures = new SignatureCheck(ring);
  const { schema } = table;
  const intake = new Intake({ table: schema, place, namespaces, limits, findings, spills, signatures });
  const take = takerOf(intake, table);
  let count = 0;
  let digest = 0n;
  for await (const page of pages) {
    count += page.rows.length;
    digest = addDigests(digest, page.digest);
    take(page.rows);
  }
  const { importedRows, unreadableWriteSets, assetRows } = intake;
  return {
    count,
    digest: digestText(digest),
    importedRows,
    unreadableWriteSets,
    assetRows,
    namespacesWithMetadata: [...intake.namespacesWithMetadata],
    signatures: signatures.counts,
    found: findings.found(),
  };
}

function takerOf(intake: Intake, { as, schema }: ScopedTable): (rows: readonly Row[]) => void {
  switch (as) {
    case "copy":
      return (rows) => intake.take(rows);
    case "later":
      return (rows) => intake.takeLater(rows);
    case "earlier":
      throw new StillpointError(
        "INTERNAL",
        `table "${schema.physical}" is a copy of an earlier second, which nothing is made of, and was to be verified; no original was touched`,
      );
    default:
      return as satisfies never;
  }
}
