import type { Proof } from "../verify/proof.ts";
import type { CassandraEvent } from "./cassandra/effects.ts";
import type { CassandraPlan } from "./cassandra/plan.ts";
import type { CassandraResult } from "./cassandra/restore.ts";
import type { CosmosdbEvent } from "./cosmosdb/effects.ts";
import type { CosmosdbPlan } from "./cosmosdb/plan.ts";
import type { CosmosdbResult } from "./cosmosdb/restore.ts";
import type { DynamodbEvent } from "./dynamodb/effects.ts";
import type { DynamodbPlan } from "./dynamodb/plan.ts";
import type { DynamodbResult } from "./dynamodb/restore.ts";
import type { JdbcEvent } from "./jdbc/effects.ts";
import type { JdbcPlan } from "./jdbc/plan.ts";
import type { JdbcResult } from "./jdbc/restore.ts";
import type { ManagedEvent } from "./managed/effects.ts";
import type { ManagedPlan } from "./managed/plan.ts";
import type { ManagedResult } from "./managed/restore.ts";

import type { SearchEvent } from "./search/effects.ts";
import type { SearchPlan } from "./search/plan.ts";
import type { SearchResult } from "./search/search.ts";

/**
 * What a run will do, whatever databases it restores: those of one deployment are of one kind. A search restores one
 * small table, reads it and deletes it.
 */
export type RestorePlan = DynamodbPlan | CosmosdbPlan | JdbcPlan | ManagedPlan | CassandraPlan | SearchPlan;

export type RestoreResult = DynamodbResult | CosmosdbResult | JdbcResult | ManagedResult | CassandraResult;

/** What a run comes to: a search restores nothing. */
export type RunResult = RestoreResult | SearchResult;

export type RestoreEvent =
  | DynamodbEvent
  | CosmosdbEvent
  | JdbcEvent
  | ManagedEvent
  | CassandraEvent
  | SearchEvent;

/** The latest of the seconds that the databases are restored to. */
export function lastSecondOf(plan: RestorePlan): number {
  return Math.max(...secondsOf(plan));
}

function secondsOf(plan: RestorePlan): readonly number[] {
  switch (plan.kind) {
    case "dynamodb":
      return plan.tables.map(({ atSecond }) => atSecond);
    case "cosmosdb":
      return plan.accounts.map(({ atSecond }) => atSecond);
    case "jdbc":
      return plan.dumps.map(({ atSecond }) => atSecond);
    case "managed":
      return plan.servers.map(({ atSecond }) => atSecond);
    case "cassandra":
      return plan.clusters.map(({ atSecond }) => atSecond);
    case "search":
      return [plan.asked.nearestSecond];
    default:
      return plan satisfies never;
  }
}

/** What was proven last: of what replaced the originals, where something did. A search proves nothing. */
export function lastProofOf(result: RunResult): Proof | undefined {
  if (result.kind === "search") return undefined;
  const replaced = "replaced" in result ? result.replaced : undefined;
  return (replaced ?? result.copies).proof;
}
