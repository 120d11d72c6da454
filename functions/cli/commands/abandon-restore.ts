import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { tagOf } from "../../../shared/restore/dynamodb/plan.ts";
import { untilInterrupted } from "../interruption.ts";
import { AbandonOutput } from "../json/run.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import { restoreProgressOn } from "../progress.ts";
import type { Shell } from "../shell.ts";
import { counted } from "../show/text.ts";

/** `stillpoint restore abandon RUN` */
export async function abandonRestore(
  shell: Shell,
  id: string,
  { keepCopies = false }: { readonly keepCopies?: boolean } = {},
): Promise<Outcome> {
  const opened = openCatalog(shell);
  const run = (await opened.catalog.runs.get(id)).record as PlannedRun;
  const settings = deploymentOf(opened.config, run.deployment);
  const { abandonRestore } = await import("../../../shared/deployment/abandon-restore.ts");
  using interruption = untilInterrupted(shell, { stopping: "the rest stays; abandon the run again later" });
  const progress = await restoreProgressOn(shell);
  const about = aboutDeployment(opened.config, settings);
  const base = { run: id, deployment: run.deployment };
  try {
    const removed = await withOpen(shell, opened, settings, (open) =>
      abandonRestore(open, id, {
        signal: interruption.signal,
        report: progress.report,
        keepCopies,
      }),
    );
    await progress.end("done");
    const tables = counted(removed.tables, "temporary table");
    const backups = counted(removed.backups, "backup");
    return {
      schema: AbandonOutput,
      value: { ...base, ...removed },
      lines: keepCopies
        ? [`run ${id} is abandoned; nothing was removed: what it made has ".${tagOf(id)}" in its name`]
        : [`run ${id} is abandoned; removed: ${tables}, ${backups}`],
      about,
    };
  } catch (error) {
    await progress.end("failed");
    const { mode } = run.plan.dynamodb;
    return {
      schema: AbandonOutput,
      value: { ...base, tables: 0, backups: 0 },
      lines: [],
      failure: toFailure(error),
      about: {
        ...about,
        run: { id, deployment: run.deployment, mode, begun: run.state !== "planned" },
      },
    };
  }
}
