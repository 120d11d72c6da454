import { type DynamodbPlan, onlyRead, type PlannedProof } from "../plan.ts";

/** What a plan does at one of its quiet seconds. */
export interface Try {
  readonly atSecond: number;
  readonly plan: DynamodbPlan;
}

/**
 * A plan with its tables at each of its quiet seconds in turn; any other plan is one try. The copies of each have names
 * of their own: nothing that is late from an earlier try can be taken for a copy at the second of this one.
 */
export function triesOf(plan: DynamodbPlan): readonly Try[] {
  const first = plan.tables[0]?.atSecond ?? 0;
  if (plan.candidates === undefined) return [{ atSecond: first, plan }];
  return plan.candidates.map(({ atSecond }, nth) => ({
    atSecond,
    plan: nth === 0 ? plan : moved(plan, atSecond - first, `-${nth + 1}`),
  }));
}

function moved(plan: DynamodbPlan, bySeconds: number, suffix: string): DynamodbPlan {
  return {
    ...plan,
    tables: plan.tables.map((table) => {
      const temporary = `${table.temporary}${suffix}`;
      return { ...table, temporary, backup: temporary, atSecond: table.atSecond + bySeconds };
    }),
    proofs: plan.proofs.map((proof) => ({
      ...proof,
      temporary: `${proof.temporary}${suffix}`,
      atSecond: proof.atSecond + bySeconds,
    })),
  };
}

/** Everything that a run of the plan may create under names of its own, at whichever second. */
export interface Made {
  readonly tables: DynamodbPlan["tables"];
  readonly onlyRead: readonly PlannedProof[];
}

export function madeBy(plan: DynamodbPlan): Made {
  const plans = triesOf(plan).map((each) => each.plan);
  return { tables: plans.flatMap(({ tables }) => tables), onlyRead: plans.flatMap(onlyRead) };
}
