import type { Followed } from "../backup/followed.ts";
import type { RestorePoint } from "../catalog/model.ts";
import { type Failure, toFailure } from "../errors/stillpoint-error.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** Where a pending point stands after a look. */
export interface FollowedPoint {
  readonly point: string;
  readonly state: Followed["kind"];
  readonly because?: string;
}

export interface FollowedAll {
  readonly deployment: string;
  /** Those that were pending, oldest first. */
  readonly points: readonly FollowedPoint[];
  /** The first thing that went wrong; its point stays pending. */
  readonly failure?: Failure;
}

/**
 * Carries pending artifacts on: a point is complete once every database of it has taken in what was written until the
 * end of its window, and failed where one never will. Repeated as often as one likes; a point that has ended stays so.
 * `leftMs` is how long the host lets this process live from now on, where it does not live as long as it likes.
 */
export async function followPoints(open: OpenDeployment, leftMs?: () => number): Promise<FollowedAll> {
  const { catalog, settings } = open;
  const { records } = await catalog.points.list(settings.name);
  const points: FollowedPoint[] = [];
  const failures: Failure[] = [];
  for (const point of records.filter(({ artifact }) => artifact === "pending")) {
    try {
      points.push(await settle(open, point, await follow(open, point, leftMs)));
    } catch (error) {
      const failure = toFailure(error);
      failures.push(failure);
      points.push({ point: point.id, state: "pending", because: failure.message });
    }
  }
  const [failure] = failures;
  return { deployment: settings.name, points, ...(failure && { failure }) };
}

interface Look {
  readonly followed: Followed;
  /** By database, where more is known of it by now than the point keeps. */
  readonly captured: Readonly<Record<string, unknown>>;
}

/** All of its databases: one that failed decides, and one that is pending holds the others back. */
async function follow(open: OpenDeployment, point: RestorePoint, leftMs?: () => number): Promise<Look> {
  const { carriedUntilMs } = point;
  if (carriedUntilMs !== undefined && open.clock.wallMs() <= carriedUntilMs)
    return { followed: { kind: "pending", because: "its backup is at work on the dumps" }, captured: {} };
  const all: Followed[] = [];
  const known: [string, unknown][] = [];
  for (const { name, captured, atSecond, clockBound } of point.databases) {
    // The end of the window by the database's clock, as late as it may be there.
    const endMs = point.window ? point.window.endMs + (clockBound?.highMs ?? 0) : (atSecond + 1) * 1000;
    const followed = await open.database(name).follow(captured, endMs, leftMs);
    all.push(followed);
    if (followed.kind === "complete" && followed.captured !== undefined)
      known.push([name, followed.captured]);
  }
  const decisive = all.find(({ kind }) => kind === "failed") ?? all.find(({ kind }) => kind === "pending");
  return { followed: decisive ?? { kind: "complete" }, captured: Object.fromEntries(known) };
}

async function settle(
  { catalog }: OpenDeployment,
  { id }: RestorePoint,
  { followed, captured }: Look,
): Promise<FollowedPoint> {
  const { kind } = followed;
  const because = kind === "complete" ? undefined : followed.because;
  const { record } = await catalog.points.update(id, (found) => {
    // Somebody else has followed it meanwhile.
    if (found.artifact !== "pending") return found;
    const { because: _, ...rest } = found;
    const databases = rest.databases.map((each) => ({
      ...each,
      captured: captured[each.name] ?? each.captured,
    }));
    return { ...rest, databases, artifact: kind, ...(because !== undefined && { because }) };
  });
  return {
    point: id,
    state: record.artifact,
    ...(record.because !== undefined && { because: record.because }),
  };
}
