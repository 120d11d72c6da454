import type { Swept } from "../../../shared/backup/sweep.ts";
import { troubleIn } from "../../../shared/deployment/sweep-round.ts";
import { type Failure, messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { SweepOutput } from "../json/gates.ts";
import { type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { sweptLines } from "../show/swept.ts";

/** `stillpoint sweep`: looks after every open pause of every deployment, once. */
export function sweep(shell: Shell): Promise<SweepOutcome> {
  return sweepAll(shell, openCatalog(shell));
}

export interface SweepOutcome extends Outcome {
  readonly value: { readonly records: readonly Swept[]; readonly unreadable: readonly string[] };
}

/** One round over all deployments. */
export async function sweepAll(shell: Shell, opened: Opened): Promise<SweepOutcome> {
  const { records: open, unreadable: damaged } = await opened.catalog.pauses.open();
  const unreadable = damaged.map(({ message }) => message);
  const names = [...new Set(open.map(({ deployment }) => deployment))];
  const records = (await Promise.all(names.map((name) => sweepDeployment(shell, opened, name)))).flat();
  const failure = failureOf(records, unreadable);
  return {
    schema: SweepOutput,
    value: { records, unreadable },
    lines: records.length === 0 ? ["no open pauses"] : sweptLines(records),
    ...(failure && { failure }),
  };
}

/** What is wrong with one deployment must not keep the others paused. */
async function sweepDeployment(shell: Shell, opened: Opened, name: string): Promise<readonly Swept[]> {
  const settings = opened.config.deployments.find((deployment) => deployment.name === name);
  if (settings === undefined)
    return [{ ...unswept(name), message: `deployment "${name}" is not in the configuration` }];
  try {
    const { sweepPauses } = await import("../../../shared/deployment/sweep-pauses.ts");
    return await withOpen(shell, opened, settings, sweepPauses);
  } catch (error) {
    return [{ ...unswept(name), message: messageOf(error) }];
  }
}

function unswept(deployment: string) {
  return { kind: "failed", deployment, pause: `all open pauses of ${deployment}` } as const;
}

function failureOf(records: readonly Swept[], unreadable: readonly string[]): Failure | undefined {
  const trouble = troubleIn(records);
  if (trouble !== undefined)
    return { code: "STILL_PAUSED", message: `the sweep could not open everything: ${trouble}` };
  if (unreadable.length === 0) return undefined;
  return {
    code: "CATALOG_DAMAGED",
    message: `records that cannot be read were not swept: ${unreadable.join("; ")}`,
  };
}
