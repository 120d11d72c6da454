import { type AbandonCassandraEffects, abandonCassandra } from "../restore/cassandra/abandon.ts";
import { restoreCassandra } from "../restore/cassandra/restore.ts";
import { type AbandonCosmosdbEffects, abandonCosmosdb } from "../restore/cosmosdb/abandon.ts";
import { restoreCosmosdb } from "../restore/cosmosdb/restore.ts";
import { type AbandonEffects, abandon } from "../restore/dynamodb/abandon.ts";
import { restore } from "../restore/dynamodb/restore.ts";
import { type AbandonJdbcEffects, abandonJdbc } from "../restore/jdbc/abandon.ts";
import { restoreJdbc } from "../restore/jdbc/restore.ts";
import { type AbandonManagedEffects, abandonManaged } from "../restore/managed/abandon.ts";
import { restoreManaged } from "../restore/managed/restore.ts";
import type { RestorePlan, RunResult } from "../restore/restore-plan.ts";
import { type AbandonSearchEffects, abandonSearch } from "../restore/search/abandon.ts";
import { search } from "../restore/search/search.ts";
import type { Handlers, Vocabulary, Workflow } from "../workflow/effect.ts";
import { cassandraHandlers } from "./cassandra/handlers.ts";
import { cosmosdbHandlers } from "./cosmosdb/handlers.ts";
import { dynamodbHandlers } from "./dynamodb/handlers.ts";
import { jdbcHandlers } from "./jdbc/handlers.ts";
import { managedHandlers } from "./managed/handlers.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { RestoringRun } from "./restoring-run.ts";
import { searchHandlers } from "./search/handlers.ts";

/** What a run has made and an abandoning removed. */
export type Removed =
  | { readonly kind: "dynamodb"; readonly tables: number; readonly backups: number }
  | { readonly kind: "cosmosdb"; readonly accounts: number }
  | { readonly kind: "jdbc"; readonly databases: number }
  | { readonly kind: "managed"; readonly servers: number }
  | { readonly kind: "search"; readonly tables: number }
  /** How things stand, in sentences: it has made nothing by itself. */
  | { readonly kind: "cassandra"; readonly left: readonly string[] };

/** The workflow of a plan. */
export function restoring(plan: RestorePlan): Workflow<RunResult> {
  switch (plan.kind) {
    case "dynamodb":
      return restore(plan);
    case "cosmosdb":
      return restoreCosmosdb(plan);
    case "jdbc":
      return restoreJdbc(plan);
    case "managed":
      return restoreManaged(plan);
    case "cassandra":
      return restoreCassandra(plan);
    case "search":
      return search(plan);
    default:
      return plan satisfies never;
  }
}

/** What removes what a run of the plan has made. */
export function* abandoning(plan: RestorePlan): Workflow<Removed> {
  switch (plan.kind) {
    case "dynamodb":
      return { kind: plan.kind, ...(yield* abandon(plan)) };
    case "cosmosdb":
      return { kind: plan.kind, ...(yield* abandonCosmosdb(plan)) };
    case "jdbc":
      return { kind: plan.kind, ...(yield* abandonJdbc(plan)) };
    case "managed":
      return { kind: plan.kind, ...(yield* abandonManaged(plan)) };
    case "cassandra":
      return { kind: plan.kind, ...(yield* abandonCassandra(plan)) };
    case "search":
      return { kind: plan.kind, ...(yield* abandonSearch(plan)) };
    default:
      return plan satisfies never;
  }
}

/** Everything that either workflow of a plan asks for, by the databases' own vocabulary. */
export function restoreHandlers(
  open: OpenDeployment,
  { kind }: RestorePlan,
  run: RestoringRun,
): Handlers<Vocabulary> {
  switch (kind) {
    case "dynamodb":
      return dynamodbHandlers(open, run) satisfies Handlers<AbandonEffects> as Handlers<Vocabulary>;
    case "cosmosdb":
      return cosmosdbHandlers(open, run) satisfies Handlers<AbandonCosmosdbEffects> as Handlers<Vocabulary>;
    case "jdbc":
      return jdbcHandlers(open, run) satisfies Handlers<AbandonJdbcEffects> as Handlers<Vocabulary>;
    case "managed":
      return managedHandlers(open, run) satisfies Handlers<AbandonManagedEffects> as Handlers<Vocabulary>;
    case "cassandra":
      return cassandraHandlers(open, run) satisfies Handlers<AbandonCassandraEffects> as Handlers<Vocabulary>;
    case "search":
      return searchHandlers(open, run) satisfies Handlers<AbandonSearchEffects> as Handlers<Vocabulary>;
    default:
      return kind satisfies never;
  }
}
