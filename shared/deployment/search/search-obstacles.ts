import { quietObstacles } from "../../restore/search/obstacles.ts";
import { spanOf } from "../../restore/search/span.ts";
import { secondText } from "../../verify/time-text.ts";
import { clocksOf } from "../clocks.ts";
import { schemaOf } from "../dynamodb/scope.ts";
import { type CapturedNow, commonCoverage, otherKinds, uncovered } from "../dynamodb/unpaused-capture.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { namespacesOfAll } from "../verify-frame.ts";
import type { WantedSearch } from "./wanted-search.ts";

/** Why no quiet second can be searched for, a sentence each, all at once. */
export function searchObstacles(
  open: OpenDeployment,
  databases: readonly CapturedNow[],
  wanted: WantedSearch,
): readonly string[] {
  const others = otherKinds(open);
  if (databases.length === 0) return others;
  const schemas = databases.flatMap(({ settings, captured }) =>
    captured.tables.map((table) => schemaOf(settings, table)),
  );
  return [
    ...new Set([
      ...others,
      ...databases.flatMap(({ problems }) => problems),
      ...quietObstacles({
        schemas,
        namespaces: namespacesOfAll(databases.map(({ settings }) => settings)),
        clocks: clocksOf(open),
      }),
      ...spanObstacles(open, databases, wanted),
    ]),
  ];
}

function spanObstacles(
  open: OpenDeployment,
  databases: readonly CapturedNow[],
  { nearest, direction }: WantedSearch,
): readonly string[] {
  const covered = commonCoverage(databases);
  const none = covered ? [] : ["there is no second that all tables can be restored to at present"];
  if (nearest !== "latest") return [...uncovered(databases, nearest, open.clock.wallMs()), ...none];
  if (direction === "after")
    return ["nothing lies after the latest second that all tables can be restored to"];
  if (covered === undefined) return none;
  const { fromSecond, toSecond } = spanOf({ nearest, direction, covered, clocks: clocksOf(open) });
  if (fromSecond <= toSecond) return [];
  return [
    `all tables can be restored from ${secondText(covered.earliestSecond)} to ${secondText(covered.latestSecond)} at present, which is too short for a second and the proof of it`,
  ];
}
