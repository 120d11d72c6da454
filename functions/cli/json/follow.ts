import * as z from "zod";
import type { EachDeployment } from "../../../shared/deployment/each-deployment.ts";
import type { FollowedAll, FollowedPoint } from "../../../shared/deployment/follow-points.ts";
import type { Failure } from "../../../shared/errors/stillpoint-error.ts";
import { output } from "./output.ts";

const FollowedJson = z.strictObject({
  point: z.string(),
  state: z.enum(["pending", "complete", "failed"]),
  /** What it waits for, or why it failed. */
  because: z.string().exactOptional(),
}) satisfies z.ZodType<FollowedPoint, unknown>;

/** `stillpoint follow`: what was pending, and where it stands now. */
export const FollowOutput = output({
  deployments: z.array(z.strictObject({ deployment: z.string(), points: z.array(FollowedJson) })),
  /** Those that could not be looked at. */
  unopened: z.array(z.strictObject({ deployment: z.string(), message: z.string() })),
});

export function followedJson({ done, unopened }: EachDeployment<FollowedAll>): object {
  return {
    deployments: done.map(({ deployment, points }) => ({ deployment, points })),
    unopened: unopened.map(({ deployment, failure: { message } }) => ({ deployment, message })),
  };
}

/** What kept a look from being taken; a point that has failed is none. */
export function followFailure({ done, unopened }: EachDeployment<FollowedAll>): Failure | undefined {
  return done.find((each) => each.failure)?.failure ?? unopened[0]?.failure;
}
