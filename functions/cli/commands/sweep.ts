import { setTimeout as delay } from "node:timers/promises";
import type { Swept } from "../../../shared/backup/sweep.ts";
import { type Failure, messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { untilInterrupted } from "../interruption.ts";
import { SweepOutput } from "../json/gates.ts";
import { type Opened, openCatalog, withOpen } from "../opening.ts";
import { conclude, type Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { sweptLines } from "../show/swept.ts";
import { showTime } from "../show/time.ts";

/** Much shorter than any pause: what is overdue is open again one interval later. */
const WATCH_INTERVAL_MS = 10_000;

export interface SweepOptions {
  readonly watch?: boolean;
}

/** `stillpoint sweep`: looks after every open pause of every deployment, once or until interrupted. */
export async function sweep(shell: Shell, { watch = false }: SweepOptions): Promise<Outcome> {
  if (!watch) return sweepOnce(shell);
  using interruption = untilInterrupted(shell, { stopping: "the sweep ends after this round" });
  const { signal } = interruption;
  shell.say(`sweeping every ${WATCH_INTERVAL_MS / 1000} s until interrupted`);
  while (!signal.aborted) {
    await watchRound(shell);
    await delay(WATCH_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
  return { schema: SweepOutput, value: { records: [], unreadable: [] }, lines: ["the sweep has ended"] };
}

/** Nothing ends a watch but its person: what fails now may succeed in the next round. */
async function watchRound(shell: Shell): Promise<void> {
  try {
    const outcome = await sweepOnce(shell);
    if (!outcome.quiet) {
      shell.say(showTime(Date.now()));
      conclude(shell, outcome);
    }
  } catch (error) {
    shell.warn(`${showTime(Date.now())} this round failed: ${messageOf(error)}`);
  }
}

async function sweepOnce(shell: Shell): Promise<Outcome & { readonly quiet: boolean }> {
  const opened = openCatalog(shell);
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
    quiet: records.length === 0 && unreadable.length === 0,
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
  const shut = records.flatMap((swept) => {
    if (swept.kind === "failed") return [`${swept.pause}: ${swept.message}`];
    if (swept.kind !== "unsettled") return [];
    return swept.stillPaused.map((address) => `"${address}" of "${swept.deployment}"`);
  });
  if (shut.length > 0)
    return { code: "STILL_PAUSED", message: `the sweep could not open everything: ${shut.join("; ")}` };
  if (unreadable.length === 0) return undefined;
  return {
    code: "CATALOG_DAMAGED",
    message: `records that cannot be read were not swept: ${unreadable.join("; ")}`,
  };
}
