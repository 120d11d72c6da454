import { eachDeployment } from "../../shared/deployment/each-deployment.ts";
import { type Expired, expireBackups } from "../../shared/deployment/expire-backups.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { fromFailure } from "../../shared/errors/stillpoint-error.ts";
import { expiredJson, expiryFailure } from "../cli/json/expire.ts";
import type { Host } from "../host.ts";

/** Deletes what restores in place have left and the configuration no longer wants, where it is not the only copy. */
export async function expireAll(host: Host): Promise<object> {
  const all = await eachDeployment<Expired>(host.config.deployments, (settings) =>
    withDeployment(host, settings, (open) => expireBackups(open)),
  );
  for (const { deployment, backups } of all.done)
    for (const backup of backups) host.telemetry.log("info", `backup ${backup.fate}`, { deployment, backup });
  const failure = expiryFailure(all);
  if (failure) throw fromFailure(failure);
  return expiredJson(all);
}
