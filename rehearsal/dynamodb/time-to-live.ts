import { performance } from "node:perf_hooks";
import { refuse } from "./refusal.ts";
import { changeable } from "./table-changes.ts";
import { findTable } from "./table-life.ts";
import { describeTimeToLive } from "./table-settings.ts";
import type { Table } from "./tables.ts";
import type { Operations, World } from "./world.ts";

interface UpdateInput {
  readonly TableName?: string;
  readonly TimeToLiveSpecification?: { readonly Enabled?: boolean; readonly AttributeName?: string };
}

/**
 * The setting is only remembered: nothing expires here. A backend that has time to live is not told either, since
 * it would delete items behind the journal's back.
 */
function updateTimeToLive(world: World, { TableName, TimeToLiveSpecification }: UpdateInput): object {
  const table = changeable(world, TableName);
  const { Enabled, AttributeName } = TimeToLiveSpecification ?? {};
  if (Enabled === undefined || !AttributeName)
    return refuse("ValidationException", "TimeToLiveSpecification needs Enabled and AttributeName");
  checkChange(world, table, Enabled, AttributeName);
  table.settings.timeToLiveAttribute = Enabled ? AttributeName : undefined;
  table.settings.changedMs.set("time to live", performance.now());
  return { TimeToLiveSpecification: { Enabled, AttributeName } };
}

function checkChange(world: World, { settings }: Table, enabled: boolean, attribute: string): void {
  const current = settings.timeToLiveAttribute;
  if (enabled && current !== undefined) refuse("ValidationException", "TimeToLive is already enabled");
  if (!enabled && current === undefined) refuse("ValidationException", "TimeToLive is already disabled");
  if (!enabled && current !== attribute)
    refuse(
      "ValidationException",
      `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  const sinceMs = performance.now() - (settings.changedMs.get("time to live") ?? Number.NEGATIVE_INFINITY);
  if (sinceMs < world.pace.ttlCooldownMs)
    refuse("ValidationException", "Time to live has been modified multiple times within a fixed interval");
}

function describe(world: World, { TableName }: { readonly TableName?: string }): object {
  return { TimeToLiveDescription: describeTimeToLive(findTable(world, TableName).settings) };
}

export const TIME_TO_LIVE: Operations = { UpdateTimeToLive: updateTimeToLive, DescribeTimeToLive: describe };
