import type { Deployment } from "../../../shared/config/config.ts";
import { guardBackup } from "../../../shared/deployment/guard.ts";
import { untilInterrupted } from "../interruption.ts";
import { SweepOutput } from "../json/gates.ts";
import { type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { onUncaught } from "../uncaught.ts";

/** `stillpoint sweep --guard RUN`: what a backup starts before its first Pause, and what outlives it. */
export async function guard(shell: Shell, run: string): Promise<Outcome> {
  // It holds nothing that an end at any moment could lose: the records stay, for whoever sweeps next.
  using interruption = untilInterrupted(shell, { stopping: "the guard ends after this round" });
  // A stray error of one connection is no reason to leave gates closed.
  using _ = onUncaught(shell, () => {});
  // Opened once: a configuration that is changed or gone meanwhile must not keep gates closed.
  const opened = openCatalog(shell);
  const settings = await deploymentOf(opened, run);
  if (settings)
    await withOpen(shell, opened, settings, (open) => guardBackup(open, run, interruption.signal));
  const lines = [
    settings ? "the guard has ended" : `no lease is held by "${run}": there is nothing to guard`,
  ];
  return { schema: SweepOutput, value: { records: [], unreadable: [] }, lines };
}

/** The deployment whose lease the backup holds. */
async function deploymentOf({ config, catalog }: Opened, run: string): Promise<Deployment | undefined> {
  for (const deployment of config.deployments)
    if ((await catalog.lease(deployment.name))?.holder?.run === run) return deployment;
  return undefined;
}
