import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { differingTables } from "../differing-tables.ts";
import type { CheckedTables } from "./effects.ts";
import type { DynamodbPlan } from "./plan.ts";

/** Refuses tables that were read back otherwise than their copies. Both lists are in the order of the plan. */
export function refuseDifferences(
  { run }: Pick<DynamodbPlan, "run">,
  like: CheckedTables,
  found: CheckedTables,
): void {
  const differing = differingTables(like, found);
  if (differing.length > 0)
    throw new StillpointError(
      "COPY_DIFFERS",
      `${quoted(differing)} read back otherwise than their verified copies in run "${run}"; the temporary tables and the backups were kept. Where somebody wrote to the table or made another one: delete it, restore its backup of this run under its name, then: stillpoint restore resume ${run}`,
    );
}
