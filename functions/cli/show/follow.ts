import type { FollowedAll } from "../../../shared/deployment/follow-points.ts";
import { fact } from "./text.ts";

/** Where each point stands that was pending. */
export function followedLines({ deployment, points }: FollowedAll): readonly string[] {
  if (points.length === 0) return [`${deployment}: no restore point is pending`];
  return [
    `${deployment}: points that were pending`,
    ...points.flatMap(({ point, state, because }) =>
      fact(state, because === undefined ? point : `${point}: ${because}`),
    ),
  ];
}
