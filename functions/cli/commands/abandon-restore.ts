import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import type { Removed } from "../../../shared/deployment/restoring.ts";
import { toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { untilInterrupted } from "../interruption.ts";
import { AbandonOutput, removedJson } from "../json/run.ts";
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
  const run = plannedOf((await opened.catalog.runs.get(id)).record);
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
    return {
      schema: AbandonOutput,
      value: { ...base, ...removedJson(removed) },
      lines: keepCopies
        ? [`run ${id} is abandoned; nothing was removed: what it made has "${id.slice(-8)}" in its name`]
        : [`run ${id} is abandoned; removed: ${removedText(removed)}`],
      about,
    };
  } catch (error) {
    await progress.end("failed");
    const { mode } = run.plan.restore;
    return {
      schema: AbandonOutput,
      value: { ...base, ...removedJson() },
      lines: [],
      failure: toFailure(error),
      about: {
        ...about,
        run: { id, deployment: run.deployment, mode, begun: run.state !== "planned" },
      },
    };
  }
}

function removedText(removed: Removed): string {
  switch (removed.kind) {
    case "dynamodb":
      return `${counted(removed.tables, "temporary table")}, ${counted(removed.backups, "backup")}`;
    case "cosmosdb":
      return counted(removed.accounts, "account");
    case "jdbc":
      return counted(removed.databases, "restored database");
    case "managed":
      return counted(removed.servers, "server");
    default:
      return removed satisfies never;
  }
}
