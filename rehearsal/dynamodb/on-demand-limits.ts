import { refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";

/** On-demand limits by the name of the index. */
export type IndexLimits = Map<string, Wire>;

/** What unsets a limit. */
const NO_LIMIT = -1;

/** The limits that are left, or nothing where none is. */
export function limited(throughput: Wire | undefined): Wire | undefined {
  const limits = Object.entries(throughput ?? {}).filter(([, units]) => units !== NO_LIMIT);
  return limits.length === 0 ? undefined : Object.fromEntries(limits);
}

export function setIndexLimit(indexLimits: IndexLimits, index: string, given: Wire): void {
  const limit = limited({ ...indexLimits.get(index), ...given });
  if (limit === undefined) indexLimits.delete(index);
  else indexLimits.set(index, limit);
}

type Index = Wire & { readonly IndexName: string; readonly OnDemandThroughput?: Wire };
type Update = { readonly [change: string]: Index };

interface Indexed {
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly GlobalSecondaryIndexUpdates?: readonly Update[];
}

/** On-demand limits of indexes, as CreateTable and UpdateTable are given them. */
export function indexLimitsOf(input: Wire): readonly (readonly [string, Wire])[] {
  const { GlobalSecondaryIndexes = [], GlobalSecondaryIndexUpdates = [] } = input as Indexed;
  const indexes = [...GlobalSecondaryIndexes, ...GlobalSecondaryIndexUpdates.flatMap(Object.values<Index>)];
  return indexes.flatMap(({ IndexName, OnDemandThroughput }) =>
    OnDemandThroughput === undefined ? [] : [[IndexName, OnDemandThroughput] as const],
  );
}

/** The backend knows none of them; an update that was about nothing else is none. */
export function withoutIndexLimits(input: Wire): Wire {
  const { GlobalSecondaryIndexes, GlobalSecondaryIndexUpdates, ...rest } = input as Indexed & Wire;
  const updates = GlobalSecondaryIndexUpdates?.map((update) =>
    Object.fromEntries(Object.entries(update).map(([change, index]) => [change, withoutLimit(index)])),
  ).filter((update) => Object.keys(update["Update"] ?? { one: 1, two: 2 }).length > 1);
  return {
    ...rest,
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(withoutLimit) }),
    ...(updates && updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  };
}

function withoutLimit({ OnDemandThroughput: _, ...index }: Index): Wire {
  return index;
}

export function checkLimits(described: Wire, input: Wire): void {
  const { BillingMode } = (described["BillingModeSummary"] ?? {}) as { BillingMode?: string };
  const given = [input["OnDemandThroughput"], ...indexLimitsOf(input).map(([, limit]) => limit)];
  const asked = given.filter((limit) => limit !== undefined) as Wire[];
  if (asked.length === 0) return;
  if ((input["BillingMode"] ?? BillingMode) !== "PAY_PER_REQUEST")
    refuse(
      "ValidationException",
      "One or more parameter values were invalid: OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
    );
  if (asked.some((limit) => Object.keys(limit).length === 0))
    refuse("ValidationException", "One or more parameter values were invalid: OnDemandThroughput is empty");
}
