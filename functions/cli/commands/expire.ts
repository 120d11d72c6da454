import type { Deployment } from "../../../shared/config/config.ts";
import type { Expired } from "../../../shared/deployment/expire-backups.ts";
import { type Failure, toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { ExpireOutput, expiredJson } from "../json/expire.ts";
import { deploymentsOf, type Opened, openCatalog, withOpen } from "../opening.ts";
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
  const looks = await Promise.all(
    deploymentsOf(opened.config, name).map((settings) => expireOf(shell, opened, settings, dryRun)),
  );
  const expired = looks.flatMap((look) => ("expired" in look ? [look.expired] : []));
  const unopened = looks.flatMap((look) => ("failure" in look ? [look] : []));
  const failure = expired.find((each) => each.failure)?.failure ?? unopened[0]?.failure;
  return {
    schema: ExpireOutput,
    value: {
      deployments: expired.map(expiredJson),
      dryRun,
      unopened: unopened.map(({ deployment, failure: { message } }) => ({ deployment, message })),
    },
    lines: [
      ...expired.flatMap((each) => expiryLines(each, Date.now())),
      ...unopened.map(({ deployment, failure: { message } }) => `${deployment}: ${message}`),
    ],
    ...(failure && { failure }),
  };
}

type Look = { readonly expired: Expired } | { readonly deployment: string; readonly failure: Failure };

/** What is wrong with one deployment must not keep the others' backups for ever. */
async function expireOf(shell: Shell, opened: Opened, settings: Deployment, dryRun: boolean): Promise<Look> {
  try {
    const { expireBackups } = await import("../../../shared/deployment/expire-backups.ts");
    return {
      expired: await withOpen(shell, opened, settings, (open) => expireBackups(open, { dryRun })),
    };
  } catch (error) {
    return { deployment: settings.name, failure: toFailure(error) };
  }
}
