import { type TableDescription, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { OnDemandLimit, TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { Changing } from "./change.ts";

/** How the service says that there is no limit, and is told so. */
const NO_LIMIT = -1;

/** The table and the indexes that have any limit. */
export function onDemandLimitsOf(table: TableDescription): OnDemandLimit[] {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  const all = [
    limitOf(null, table.OnDemandThroughput),
    ...indexes.map(({ IndexName = "", OnDemandThroughput }) => limitOf(IndexName, OnDemandThroughput)),
  ];
  return all.filter(({ read, write }) => read !== null || write !== null);
}

function limitOf(index: string | null, throughput: TableDescription["OnDemandThroughput"]): OnDemandLimit {
  const units = (most: number | undefined) => (most === undefined || most === NO_LIMIT ? null : most);
  return {
    index,
    read: units(throughput?.MaxReadRequestUnits),
    write: units(throughput?.MaxWriteRequestUnits),
  };
}

/** A restore carries them: something is to be done only where somebody overrode them. */
export async function putOnDemandLimitsBack(
  { connection, table, change, settled }: Changing,
  { billing, onDemandLimits: wanted }: TableSettings,
): Promise<void> {
  if (wanted === undefined || billing !== "PAY_PER_REQUEST") return;
  const [own, ...indexes] = changed(wanted, table.settings.onDemandLimits ?? []);
  if (own === undefined && indexes.length === 0) return;
  // An empty structure would be refused, or worse.
  const updates = indexes.flatMap((limit) => (limit ? [updateOf(limit)] : []));
  const command = new UpdateTableCommand({
    TableName: table.name,
    ...(own && { OnDemandThroughput: throughputOf(own) }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  });
  await change("the on-demand maximum", () => connection.dynamodb.send(command));
  await settled();
}

/** What differs: first the table itself, or nothing in its place. */
function changed(
  wanted: readonly OnDemandLimit[],
  found: readonly OnDemandLimit[],
): readonly (OnDemandLimit | undefined)[] {
  const limit = (of: readonly OnDemandLimit[], index: string | null) =>
    of.find((each) => each.index === index) ?? { index, read: null, write: null };
  const differing = (index: string | null) => {
    const [wish, is] = [limit(wanted, index), limit(found, index)];
    return wish.read === is.read && wish.write === is.write ? [] : [wish];
  };
  const indexes = new Set([...wanted, ...found].flatMap(({ index }) => index ?? []));
  return [differing(null)[0], ...[...indexes].flatMap(differing)];
}

function updateOf({ index, ...limit }: OnDemandLimit) {
  return { Update: { IndexName: index ?? "", OnDemandThroughput: throughputOf(limit) } };
}

function throughputOf({ read, write }: Pick<OnDemandLimit, "read" | "write">) {
  return { MaxReadRequestUnits: read ?? NO_LIMIT, MaxWriteRequestUnits: write ?? NO_LIMIT };
}
