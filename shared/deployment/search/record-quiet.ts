import { type RestorePoint, SCHEMA } from "../../catalog/model.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { SearchPlan } from "../../restore/search/plan.ts";
import type { QuietFound } from "../../verify/quiet-seconds.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** The quiet seconds as a restore point; one that the same search has recorded before is it. */
export async function recordQuiet(
  { catalog, clock }: OpenDeployment,
  plan: SearchPlan,
  { candidates }: QuietFound,
): Promise<void> {
  if ((await catalog.points.find(plan.point))?.record.quiet?.search === plan.run) return;
  await catalog.points.create(pointOf(plan, candidates, clock.wallMs()));
}

function pointOf(
  { deployment, run, point, asked, databases, instances, discovery, takenFrom }: SearchPlan,
  candidates: QuietFound["candidates"],
  nowMs: number,
): RestorePoint {
  const [best] = candidates;
  if (best === undefined)
    throw new StillpointError("INTERNAL", `search "${run}" has found nothing that could be recorded`);
  return {
    schema: SCHEMA,
    id: point,
    deployment,
    createdMs: Math.round(nowMs),
    basis: "quiet",
    artifact: "complete",
    instances: [...instances],
    discovery,
    ...(takenFrom !== undefined && { takenFrom }),
    databases: databases.map(({ name, captured }) => ({
      name,
      kind: "dynamodb",
      atSecond: best.atSecond,
      captured,
    })),
    quiet: { search: run, guardMs: asked.guardMs, candidates: [...candidates] },
  };
}
