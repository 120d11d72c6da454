import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CheckedTable } from "../../verify/report.ts";
import { differingTables } from "../differing-tables.ts";
import type { JdbcPlan } from "./plan.ts";

/** Refuses tables that were read otherwise under their original names than when they were verified. */
export function refuseChanged(
  { run }: Pick<JdbcPlan, "run">,
  like: readonly CheckedTable[],
  found: readonly CheckedTable[],
): void {
  const differing = differingTables(like, found);
  if (differing.length > 0)
    throw new StillpointError(
      "COPY_DIFFERS",
      `${quoted(differing)} read back otherwise under the original names than when they were verified in run "${run}": somebody has written to them since. What was there before the restore is kept as it was. Stop whoever writes. Where what they wrote is to stay, end the run with: stillpoint restore abandon ${run} --keep-copies`,
    );
}
