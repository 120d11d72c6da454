import type { Run } from "../../../shared/catalog/model.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import type { Removed } from "../../../shared/deployment/restoring.ts";
import { toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { restoreProgressOn } from "../choose-progress.ts";
import { untilInterrupted } from "../interruption.ts";
import { AbandonOutput, removedJson } from "../json/run.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import { type RestoreOptions, refuseBesidePlan } from "../planned-options.ts";
import type { Shell } from "../shell.ts";
import { counted, wrapped } from "../show/text.ts";

/** `stillpoint restore abandon RUN` */
export async function abandonRestore(
  shell: Shell,
  id: string,
  { keepCopies = false, ...options }: RestoreOptions & { readonly keepCopies?: boolean } = {},
): Promise<Outcome> {
  refuseBesidePlan(`abandoning takes no more than the run, "${id}"`, options);
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
      lines:
        keepCopies && removed.kind !== "cassandra"
          ? [`run ${id} is abandoned; nothing was removed: what it made has "${id.slice(-8)}" in its name`]
          : abandonedLines(run, removed),
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

/** What became of it; `state` is that of the run before. */
export function abandonedLines(
  { id, state }: Pick<Run, "id" | "state">,
  removed: Removed,
): readonly string[] {
  if (removed.kind !== "cassandra") return [`run ${id} is abandoned; removed: ${removedText(removed)}`];
  if (state === "planned")
    return wrapped(
      `run ${id} is abandoned; it was only planned, and Cassy was asked for nothing. What you may have moved aside on the nodes is where you have put it`,
      "",
    );
  return [
    `run ${id} is abandoned; nothing was there for Stillpoint to remove`,
    ...removed.left.flatMap((sentence) => wrapped(sentence, "  ")),
    ...wrapped(LEFT_ON_NODES, ""),
  ];
}

const LEFT_ON_NODES =
  "What you have moved aside on the nodes is where you have put it. To go back to it, see that no cassy-restore runs there, move away what Cassy has restored, and give the directories their names back before you start Cassandra. To restore again, empty the directories once more, and plan anew.";

function removedText(removed: Exclude<Removed, { kind: "cassandra" }>): string {
  switch (removed.kind) {
    case "search":
      return counted(removed.tables, "temporary table");
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
