import { refuse } from "./refusal.ts";
import { changeable } from "./table-changes.ts";
import { findTable } from "./table-life.ts";
import type { Table } from "./tables.ts";
import type { Operations, World } from "./world.ts";

interface InsightsInput {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly ContributorInsightsAction?: "ENABLE" | "DISABLE";
  readonly ContributorInsightsMode?: string;
  readonly NextToken?: string;
}

const USUAL_MODE = "ACCESSED_AND_THROTTLED_KEYS";

function updateContributorInsights(world: World, input: InsightsInput): object {
  const table = changeable(world, input.TableName);
  const index = input.IndexName ?? "";
  if (index !== "" && !indexNames(table).includes(index))
    refuse("ResourceNotFoundException", `Requested resource not found: Index: ${index} not found`);
  if (input.ContributorInsightsAction === "DISABLE") table.settings.insights.delete(index);
  else table.settings.insights.set(index, input.ContributorInsightsMode ?? USUAL_MODE);
  return summary(table, index);
}

function indexNames({ description }: Table): readonly string[] {
  const { GlobalSecondaryIndexes = [] } = description as {
    GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  };
  return GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
}

function summary({ name, settings }: Table, index: string): object {
  const mode = settings.insights.get(index);
  return {
    TableName: name,
    ...(index !== "" && { IndexName: index }),
    ContributorInsightsStatus: mode === undefined ? "DISABLED" : "ENABLED",
    ...(mode !== undefined && { ContributorInsightsMode: mode }),
  };
}

/** One at a time, so that a reader that forgets the next page is found out; the service has a hundred on a page. */
function listContributorInsights(world: World, { TableName, NextToken }: InsightsInput): object {
  const table = findTable(world, TableName);
  const all = ["", ...indexNames(table)].map((index) => summary(table, index));
  const at = Number(NextToken ?? 0);
  return {
    ContributorInsightsSummaries: all.slice(at, at + 1),
    ...(all.length > at + 1 && { NextToken: String(at + 1) }),
  };
}

export const CONTRIBUTOR_INSIGHTS: Operations = {
  UpdateContributorInsights: updateContributorInsights,
  ListContributorInsights: listContributorInsights,
};
