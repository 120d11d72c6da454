import { eachDeployment } from "../../../shared/deployment/each-deployment.ts";
import { ExpireOutput, expiredJson, expiryFailure } from "../json/expire.ts";
import { deploymentsOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { expiryLines } from "../show/expire.ts";

export interface ExpireOptions {
  readonly dryRun?: boolean;
}

/** `stillpoint expire [DEPLOYMENT]`: of all deployments where none is named. */
export async function expire(
  shell: Shell,
  name: string | undefined,
  { dryRun = false }: ExpireOptions,
): Promise<Outcome> {
  const opened = openCatalog(shell);
  const all = await eachDeployment(deploymentsOf(opened.config, name), async (settings) => {
    const { expireBackups } = await import("../../../shared/deployment/expire-backups.ts");
    return withOpen(shell, opened, settings, (open) => expireBackups(open, { dryRun }));
  });
  const failure = expiryFailure(all);
  return {
    schema: ExpireOutput,
    value: { ...expiredJson(all), dryRun },
    lines: [
      ...all.done.flatMap((each) => expiryLines(each, Date.now())),
      ...all.unopened.map(({ deployment, failure: { message } }) => `${deployment}: ${message}`),
    ],
    ...(failure && { failure }),
  };
}
