import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { TableSettings } from "./captured.ts";
import { isSamePolicy } from "./resource-policy.ts";

/** What of the wanted settings a table does not have, one sentence each; empty where all came back. */
export function settingsDifferences(wanted: TableSettings, found: TableSettings): readonly string[] {
  const differences = [
    differs("point-in-time recovery (days)", wanted.recoveryDays, found.recoveryDays),
    ...billingDifferences(wanted, found),
    differs("stream", wanted.stream, found.stream),
    differs("time to live", wanted.ttl, found.ttl),
    differs("tags", sorted(wanted.tags), sorted(found.tags)),
    differs("deletion protection", wanted.deletionProtection, found.deletionProtection),
    differs("table class", wanted.tableClass, found.tableClass),
    differs("on-demand maximum", byText(wanted.onDemandLimits), byText(found.onDemandLimits)),
    differs("Contributor Insights", byText(wanted.insights), byText(found.insights)),
    differs("Kinesis destinations", byText(wanted.kinesis), byText(found.kinesis)),
    policyDifference(wanted.policy, found.policy),
    differs("auto scaling targets", byText(wanted.scalableTargets), byText(found.scalableTargets)),
    differs("auto scaling policies", byText(wanted.scalingPolicies), byText(found.scalingPolicies)),
  ];
  return differences.filter((difference) => difference !== undefined);
}

export function billingDifferences(wanted: TableSettings, found: TableSettings): readonly string[] {
  const differences = [
    differs("billing mode", wanted.billing, found.billing),
    ...capacityDifferences(wanted, found),
  ];
  return differences.filter((difference) => difference !== undefined);
}

/** Where auto scaling moves a capacity, only its limits are a setting. */
function capacityDifferences(wanted: TableSettings, found: TableSettings): readonly (string | undefined)[] {
  if (wanted.billing !== "PROVISIONED") return [];
  const scaled = new Set(
    wanted.scalableTargets.map(({ resourceId }) => resourceId.split("/index/")[1] ?? ""),
  );
  const table = scaled.has("") ? undefined : differs("capacity", wanted.capacity, found.capacity);
  const indexes = Object.entries(wanted.indexCapacity)
    .filter(([index]) => !scaled.has(index))
    .map(([index, capacity]) =>
      differs(`capacity of index "${index}"`, capacity, found.indexCapacity[index]),
    );
  return [table, ...indexes];
}

function policyDifference(wanted: TableSettings["policy"], found: TableSettings["policy"]) {
  if (wanted !== undefined && found !== undefined && isSamePolicy(wanted, found)) return undefined;
  return differs("resource policy", wanted, found);
}

/** What was not known is no difference; what cannot be looked at any more is one. */
function differs(name: string, wanted: unknown, found: unknown): string | undefined {
  if (wanted === undefined) return undefined;
  if (found === undefined) return `${name}: was ${canonicalJson(wanted)}, is not known`;
  const [was, is] = [canonicalJson(wanted), canonicalJson(found)];
  return was === is ? undefined : `${name}: was ${was}, is ${is}`;
}

function byText(values: readonly unknown[] | undefined): readonly string[] | undefined {
  return values?.map(canonicalJson).sort();
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
