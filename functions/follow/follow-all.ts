import { eachDeployment } from "../../shared/deployment/each-deployment.ts";
import { type FollowedAll, followPoints } from "../../shared/deployment/follow-points.ts";
import { announceFollowed } from "../../shared/deployment/follow-telemetry.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { fromFailure } from "../../shared/errors/stillpoint-error.ts";
import { followedJson, followFailure } from "../cli/json/follow.ts";
import type { Host } from "../host.ts";

/** Carries the pending points of all deployments on, and tells of those that have ended. */
export async function followAll(host: Host, leftMs: () => number): Promise<object> {
  const all = await eachDeployment<FollowedAll>(host.config.deployments, (settings) =>
    withDeployment(host, settings, async (open) => {
      const followed = await followPoints(open, leftMs);
      await announceFollowed(host.telemetry, followed);
      return followed;
    }),
  );
  const failure = followFailure(all);
  if (failure) throw fromFailure(failure);
  return followedJson(all);
}
