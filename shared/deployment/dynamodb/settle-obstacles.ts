import { obstaclesOf } from "../../restore/dynamodb/settling.ts";
import { DEFAULT_NAMESPACES } from "../../verify/table-role.ts";
import { clocksOf } from "../clocks.ts";
import { namespacesOf, type OpenDeployment } from "../open-deployment.ts";
import { schemaOf } from "./scope.ts";
import type { CapturedNow } from "./unpaused-capture.ts";

/** Why the tables as they are now cannot be settled. */
export function settleObstacles(
  open: OpenDeployment,
  databases: readonly Pick<CapturedNow, "settings" | "captured">[],
): readonly string[] {
  const [first] = databases;
  return obstaclesOf({
    schemas: databases.flatMap(({ settings, captured }) =>
      captured.tables.map((table) => schemaOf(settings, table)),
    ),
    namespaces: first ? namespacesOf(first.settings) : DEFAULT_NAMESPACES,
    componentKinds: open.settings.components.map(({ kind }) => kind),
    clocks: clocksOf(open),
  });
}
