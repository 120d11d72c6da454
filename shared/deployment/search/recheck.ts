import { describeTable } from "../../databases/dynamodb/capture.ts";
import { readRecovery } from "../../databases/dynamodb/settings/recovery.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { SearchPlan } from "../../restore/search/plan.ts";
import { secondText } from "../../verify/time-text.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** Law 5: the coordinator is still the table that was planned, and nothing has the name that the search will use. */
export async function recheckSearch(open: OpenDeployment, { run, coordinator }: SearchPlan): Promise<void> {
  const { database, name, id, temporary } = coordinator;
  const { connection } = open.dynamodb(database);
  const [original, taken] = await Promise.all([
    describeTable(connection, name),
    describeTable(connection, temporary),
  ]);
  const differences = [
    ...(original?.TableId === id
      ? []
      : [`table "${name}" is another one: its id is "${original?.TableId ?? "none"}" instead of "${id}"`]),
    ...(taken === undefined ? [] : [`table "${temporary}" exists already`]),
  ];
  if (differences.length > 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `the world is not as it was when search "${run}" was planned: ${differences.join("; ")}; nothing was touched`,
    );
}

/** Whether the coordinator can be restored to its second by now. */
export async function isSearchCovered(
  open: OpenDeployment,
  { run, coordinator: { database, name, atSecond } }: SearchPlan,
): Promise<boolean> {
  const { coverage } = await readRecovery(open.dynamodb(database).connection, name);
  if (coverage === undefined || atSecond < coverage.earliestSecond)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `table "${name}" cannot be restored to ${secondText(atSecond)} any more, as search "${run}" has planned; nothing was touched`,
    );
  return atSecond <= coverage.latestSecond;
}
