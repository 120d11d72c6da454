import type { DynamodbSettings } from "../../../databases/dynamodb/database.ts";
import type { CapturedTable } from "../../../restore/dynamodb/captured.ts";
import { obstaclesOf, type SettlingFacts } from "../../../restore/dynamodb/settled/settling.ts";
import { clocksOf } from "../../clocks.ts";
import type { OpenDeployment } from "../../open-deployment.ts";
import { namespacesOfAll } from "../../verify-frame.ts";
import { schemaOf } from "../scope.ts";

/** A database with as much of its tables as tells what they are to ScalarDB. */
export interface Surveyed {
  readonly settings: DynamodbSettings;
  readonly captured: { readonly tables: readonly Pick<CapturedTable, "name" | "metadata">[] };
}

/** Why the tables as they are now cannot be settled. */
export function settleObstacles(open: OpenDeployment, databases: readonly Surveyed[]): readonly string[] {
  return obstaclesOf(settlingFacts(open, databases));
}

/** What decides whether nobody needs to have paused. */
export function settlingFacts(open: OpenDeployment, databases: readonly Surveyed[]): SettlingFacts {
  return {
    schemas: databases.flatMap(({ settings, captured }) =>
      captured.tables.map((table) => schemaOf(settings, table)),
    ),
    namespaces: namespacesOfAll(databases.map(({ settings }) => settings)),
    componentKinds: open.settings.components.map(({ kind }) => kind),
    clocks: clocksOf(open),
  };
}
