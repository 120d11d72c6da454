import { randomBytes } from "node:crypto";
import { stamp } from "../../backup/pause-record.ts";
import { SCHEMA } from "../../catalog/model.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type PlannedProof, planProof } from "../../restore/dynamodb/plan.ts";
import { boundOf } from "../../restore/dynamodb/settled/settling.ts";
import { describeSearch } from "../../restore/search/describe-plan.ts";
import type { SearchPlan } from "../../restore/search/plan.ts";
import { spanOf } from "../../restore/search/span.ts";
import { secondText } from "../../verify/time-text.ts";
import { clocksOf } from "../clocks.ts";
import {
  type CapturedNow,
  commonCoverage,
  type UnpausedCapture,
  unpausedCapture,
} from "../dynamodb/unpaused-capture.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { digestOf, type PlannedRun } from "../plan-restore.ts";
import { searchObstacles } from "./search-obstacles.ts";
import type { WantedSearch } from "./wanted-search.ts";

/** Plans a search for quiet seconds and keeps the plan in the catalog. Changes nothing else. */
export async function planSearch(open: OpenDeployment, wanted: WantedSearch): Promise<PlannedRun> {
  const { catalog, clock, settings } = open;
  const now = await unpausedCapture(open);
  const nowMs = Math.round(clock.wallMs());
  const run = wanted.run ?? `search-${stamp(nowMs)}-${randomBytes(4).toString("hex")}`;
  const plan = planOf(open, now, { ...wanted, run });
  const planned: PlannedRun = {
    schema: SCHEMA,
    id: run,
    deployment: settings.name,
    kind: "search",
    point: plan.point,
    createdMs: nowMs,
    updatedMs: nowMs,
    state: "planned",
    ...(wanted.request !== undefined && { request: wanted.request }),
    plan: { restore: plan, digest: digestOf(plan), text: describeSearch(plan) },
  };
  await catalog.runs.create(planned);
  return planned;
}

type Asked = WantedSearch & { readonly run: string };

function planOf(open: OpenDeployment, now: UnpausedCapture, wanted: Asked): SearchPlan {
  const { databases, instances, discovery, takenFrom } = now;
  refuseSearch(open, wanted, searchObstacles(open, databases, wanted));
  const { nearest, direction, run } = wanted;
  const clocks = clocksOf(open);
  const covered = commonCoverage(databases);
  const span = covered && spanOf({ nearest, direction, covered, clocks });
  const coordinator = span && coordinatorAfter(open, databases, { run, lastSecond: span.toSecond });
  if (span === undefined || coordinator === undefined)
    throw new StillpointError("INTERNAL", "nothing was refused, and there is nothing to search");
  return {
    kind: "search",
    mode: "side-by-side",
    deployment: open.settings.name,
    run,
    point: `${open.settings.name}-quiet-${run.slice(-8)}`,
    asked: { ...span, guardMs: boundOf(clocks) },
    ...(open.settings.pause.isScalarClockBoundDefault && { isBoundDefault: true }),
    direction,
    coordinator,
    databases: databases.map(({ name, captured }) => ({ name, captured })),
    instances,
    discovery,
    ...(takenFrom !== undefined && { takenFrom }),
  };
}

function coordinatorAfter(
  open: OpenDeployment,
  databases: readonly CapturedNow[],
  { run, lastSecond }: { readonly run: string; readonly lastSecond: number },
): PlannedProof | undefined {
  const proofs = databases.flatMap(({ name, captured }) => {
    const database = { name, atSecond: lastSecond, atBackup: captured, now: captured };
    return planProof(database, run, { clocks: clocksOf(open), lastSecond }) ?? [];
  });
  return proofs[0];
}

function refuseSearch(
  { settings }: OpenDeployment,
  { nearest }: WantedSearch,
  reasons: readonly string[],
): void {
  if (reasons.length === 0) return;
  const when = nearest === "latest" ? "the latest second" : secondText(nearest);
  throw new StillpointError(
    "PLAN_REFUSED",
    `"${settings.name}" cannot be searched for a quiet second near ${when}: ${reasons.join("; ")}; nothing was touched`,
  );
}
