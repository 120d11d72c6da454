import type { SweptAll } from "../../../shared/deployment/sweep-all.ts";
import { sweepAll, sweepFailure } from "../../../shared/deployment/sweep-all.ts";
import { SweepOutput } from "../json/gates.ts";
import { type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { sweptLines } from "../show/swept.ts";

/** `stillpoint sweep`: looks after every open pause of every deployment, once. */
export async function sweep(shell: Shell): Promise<SweepOutcome> {
  return sweepRound(shell, openCatalog(shell));
}

export interface SweepOutcome extends Outcome {
  readonly value: SweptAll;
}

/** One round over all deployments. */
export async function sweepRound(shell: Shell, opened: Opened): Promise<SweepOutcome> {
  const value = await sweepAll(opened, async (settings) => {
    const { sweepPauses } = await import("../../../shared/deployment/sweep-pauses.ts");
    return withOpen(shell, opened, settings, sweepPauses);
  });
  const failure = sweepFailure(value);
  return {
    schema: SweepOutput,
    value,
    lines: value.records.length === 0 ? ["no open pauses"] : sweptLines(value.records),
    ...(failure && { failure }),
  };
}
