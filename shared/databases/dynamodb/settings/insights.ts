import {
  type ContributorInsightsMode,
  type ContributorInsightsSummary,
  ListContributorInsightsCommand,
  UpdateContributorInsightsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Insight, TableSettings } from "../../../restore/dynamodb/captured.ts";
import { canonicalJson } from "../../../workflow/canonical-json.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

/** A table has twenty indexes by default, and one page holds a hundred entries. */
const MOST_PAGES = 20;
/** What the service did before it had modes. */
const USUAL_MODE: ContributorInsightsMode = "ACCESSED_AND_THROTTLED_KEYS";

/** Where Contributor Insights are on: the table and its indexes have them each for itself. */
export async function readInsights({ dynamodb }: DynamodbConnection, table: string): Promise<Insight[]> {
  const found: ContributorInsightsSummary[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { TableName: table, ...(next && { NextToken: next }) };
    const answer = await attempt("list the Contributor Insights of table", table, () =>
      dynamodb.send(new ListContributorInsightsCommand(input)),
    );
    found.push(...(answer.ContributorInsightsSummaries ?? []));
    next = answer.NextToken;
    if (next === undefined) break;
  }
  return found
    .filter(({ ContributorInsightsStatus: status }) => status === "ENABLED" || status === "ENABLING")
    .map(({ IndexName, ContributorInsightsMode }) => ({
      index: IndexName ?? null,
      mode: ContributorInsightsMode ?? USUAL_MODE,
    }));
}

export async function putInsightsBack(
  { connection, table, change }: Changing,
  { insights = [] }: TableSettings,
): Promise<void> {
  const found = new Set((table.settings.insights ?? []).map(canonicalJson));
  for (const { index, mode } of insights.filter((insight) => !found.has(canonicalJson(insight)))) {
    const command = new UpdateContributorInsightsCommand({
      TableName: table.name,
      ...(index !== null && { IndexName: index }),
      ContributorInsightsAction: "ENABLE",
      ContributorInsightsMode: mode as ContributorInsightsMode,
    });
    await change("Contributor Insights", () => connection.dynamodb.send(command));
  }
}
