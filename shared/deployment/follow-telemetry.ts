import type { Telemetry } from "../telemetry/telemetry.ts";
import type { FollowedAll } from "./follow-points.ts";

/** What ended is told; what is pending still is a line in the log. */
export async function announceFollowed(
  telemetry: Telemetry,
  { deployment, points }: FollowedAll,
): Promise<void> {
  for (const { point, state, because = "" } of points) {
    // Nobody has asked for a point's end: its run is the point itself.
    const of = { deployment, run: point, point };
    if (state === "complete") await telemetry.announce({ ...of, kind: "point.complete" });
    else if (state === "failed") await telemetry.announce({ ...of, kind: "point.failed", because });
    else telemetry.log("info", "point pending", { ...of, because });
  }
}
