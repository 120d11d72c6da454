import * as z from "zod";
import type { EachDeployment } from "../../../shared/deployment/each-deployment.ts";
import type { Expired, Expiry } from "../../../shared/deployment/expire-backups.ts";
import type { Failure } from "../../../shared/errors/stillpoint-error.ts";
import { output } from "./output.ts";

const ExpiryJson = z.strictObject({
  run: z.string(),
  database: z.string(),
  /** The table that was restored from it. */
  table: z.string(),
  arn: z.string(),
  createdMs: z.number().int().exactOptional(),
  /** `due`: with `--dry-run`, what would expire. */
  fate: z.enum(["expired", "due", "gone", "kept", "failed"]),
  because: z.string(),
}) satisfies z.ZodType<Expiry, unknown>;

/** `stillpoint expire` */
export const ExpireOutput = output({
  deployments: z.array(z.strictObject({ deployment: z.string(), backups: z.array(ExpiryJson) })),
  dryRun: z.boolean(),
  /** Those that could not be looked at. */
  unopened: z.array(z.strictObject({ deployment: z.string(), message: z.string() })),
});

export function expiredJson({ done, unopened }: EachDeployment<Expired>): object {
  return {
    deployments: done.map(({ deployment, backups }) => ({ deployment, backups })),
    unopened: unopened.map(({ deployment, failure: { message } }) => ({ deployment, message })),
  };
}

export function expiryFailure({ done, unopened }: EachDeployment<Expired>): Failure | undefined {
  return done.find((each) => each.failure)?.failure ?? unopened[0]?.failure;
}
