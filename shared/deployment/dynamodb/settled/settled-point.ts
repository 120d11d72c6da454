import { stamp } from "../../../backup/pause-record.ts";
import { type RestorePoint, SCHEMA } from "../../../catalog/model.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { boundOf, keptUntilOf, refuseSettling } from "../../../restore/dynamodb/settled/settling.ts";
import { clocksOf } from "../../clocks.ts";
import type { OpenDeployment } from "../../open-deployment.ts";
import {
  commonCoverage,
  otherKinds,
  type UnpausedCapture,
  uncovered,
  unpausedCapture,
} from "../unpaused-capture.ts";
import { settleObstacles } from "./settle-obstacles.ts";

/** A second at which nobody paused, as a restore point: what no backup has recorded is captured now. */
export async function settledPoint(open: OpenDeployment, at: number | "latest"): Promise<RestorePoint> {
  const now = await unpausedCapture(open);
  const atSecond = at === "latest" ? commonCoverage(now.databases)?.latestSecond : at;
  refuseSettling(open.settings.name, at, [
    ...otherKinds(open),
    ...(now.databases.length > 0 ? reasonsAgainst(open, now, atSecond) : []),
  ]);
  if (atSecond === undefined)
    throw new StillpointError("INTERNAL", "no second was refused, and there is none");
  return pointOf(open, now, atSecond);
}

const NO_SECOND = "there is no second that all tables can be restored to at present";

function reasonsAgainst(
  open: OpenDeployment,
  { databases }: UnpausedCapture,
  atSecond: number | undefined,
): readonly string[] {
  const span = atSecond === undefined ? [NO_SECOND] : uncovered(databases, atSecond, open.clock.wallMs());
  return [
    ...new Set([
      ...databases.flatMap(({ problems }) => problems),
      ...settleObstacles(open, databases),
      ...span,
    ]),
  ];
}

function pointOf(
  open: OpenDeployment,
  { databases, instances, discovery, takenFrom }: UnpausedCapture,
  atSecond: number,
): RestorePoint {
  const { name: deployment } = open.settings;
  const clocks = clocksOf(open);
  return {
    schema: SCHEMA,
    id: `${deployment}-${stamp(atSecond * 1000)}-settled`,
    deployment,
    createdMs: Math.round(open.clock.wallMs()),
    basis: "settled",
    artifact: "complete",
    instances: [...instances],
    discovery,
    ...(takenFrom !== undefined && { takenFrom }),
    databases: databases.map(({ name, captured }) => ({ name, kind: "dynamodb", atSecond, captured })),
    settled: { keptUntilMs: keptUntilOf(atSecond, clocks), boundMs: boundOf(clocks) },
  };
}
