import { StatusOutput, statusJson } from "../json/gates.ts";
import { deploymentsOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { statusLines } from "../show/status.ts";

/** `stillpoint status [DEPLOYMENT]`: of all deployments where none is named. Changes nothing. */
export async function status(shell: Shell, name: string | undefined): Promise<Outcome> {
  const opened = openCatalog(shell);
  const { statusOf } = await import("../../../shared/deployment/status.ts");
  const statuses = await Promise.all(
    deploymentsOf(opened.config, name).map((settings) => withOpen(shell, opened, settings, statusOf)),
  );
  return {
    schema: StatusOutput,
    value: { deployments: statuses.map(statusJson) },
    lines: statuses.flatMap((each) => [...statusLines(each, Date.now()), ""]).slice(0, -1),
  };
}
