import type { Unpaused } from "../../../shared/deployment/sweep-pauses.ts";
import type { Failure } from "../../../shared/errors/stillpoint-error.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { UnpauseOutput, unpauseJson } from "../json/gates.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { unpausedLines } from "../show/unpause.ts";

/** `stillpoint unpause [DEPLOYMENT]`: opens every gate, whoever closed it. */
export async function unpause(shell: Shell, name: string | undefined): Promise<Outcome> {
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { unpauseAll } = await import("../../../shared/deployment/sweep-pauses.ts");
  const unpaused = await withOpen(shell, opened, settings, unpauseAll);
  const failure = failureOf(settings.name, unpaused);
  return {
    schema: UnpauseOutput,
    value: unpauseJson(settings.name, unpaused),
    lines: unpausedLines(settings.name, unpaused),
    ...(failure && { failure }),
    about: aboutDeployment(opened.config, settings),
  };
}

/** One that does not answer may be paused; one where nothing listens is not. */
function failureOf(deployment: string, { now }: Unpaused): Failure | undefined {
  if (now.length === 0 || now.every(({ kind }) => kind === "unresolved"))
    return {
      code: "INSTANCES_NOT_FOUND",
      message: `no instance of "${deployment}" could be asked, so nobody knows whether one is paused; nothing was unpaused`,
    };
  const shut = now.filter(({ kind }) => kind === "closed" || kind === "no-answer");
  if (shut.length === 0) return undefined;
  const names = shut.map(({ instance, kind }) =>
    kind === "closed" ? `"${addressOf(instance)}"` : `"${addressOf(instance)}" (does not answer)`,
  );
  return {
    code: "STILL_PAUSED",
    message: `${names.join(", ")} of "${deployment}" may still be paused after an Unpause was sent`,
  };
}
