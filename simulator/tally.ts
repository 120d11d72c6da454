import { cassy, scalarAdminForKubernetes } from "./incumbents.ts";
import { apartAtMost } from "./kinds/kinds.ts";
import type { Breach } from "./oracle.ts";
import { isFalselyRefused, type Report } from "./report.ts";
import { runStillpoint } from "./run.ts";
import { runIncumbent } from "./run-incumbent.ts";
import type { Kind } from "./scene.ts";

/** What is counted of the runs of one algorithm under one kind of misfortune. */
export interface Count {
  runs: number;
  /** How often what they are about really happened, and in how many of the runs. */
  occurred: number;
  disturbed: number;
  valid: number;
  falselyRefused: number;
  /** With a breach that nobody could have seen or helped. */
  apart: number;
  longestAfterDeathMs: number;
  readonly breaches: Map<Breach, number>;
}

export const ALGORITHMS = {
  Stillpoint: (number: number, kind: Kind) => runStillpoint(number, kind),
  "scalar-admin-for-kubernetes": (number: number, kind: Kind) =>
    runIncumbent(number, kind, scalarAdminForKubernetes),
  Cassy: (number: number, kind: Kind) => runIncumbent(number, kind, cassy),
} as const;

export type Algorithm = keyof typeof ALGORITHMS;

/** By algorithm, then by the name of the kind. */
export type Tally = Readonly<Record<Algorithm, Map<string, Count>>>;

export function newTally(): Tally {
  return { Stillpoint: new Map(), "scalar-admin-for-kubernetes": new Map(), Cassy: new Map() };
}

export function add(counts: Map<string, Count>, kind: string, report: Report): void {
  const count = counts.get(kind) ?? newCount();
  counts.set(kind, count);
  count.runs++;
  count.occurred += report.occurred;
  if (report.occurred > 0) count.disturbed++;
  if (report.isValid) count.valid++;
  if (isFalselyRefused(report)) count.falselyRefused++;
  if (APART.some((breach) => report.breaches.has(breach))) count.apart++;
  count.longestAfterDeathMs = Math.max(count.longestAfterDeathMs, report.longestAfterDeathMs);
  for (const breach of report.breaches) count.breaches.set(breach, (count.breaches.get(breach) ?? 0) + 1);
}

function newCount(): Count {
  return {
    runs: 0,
    occurred: 0,
    disturbed: 0,
    valid: 0,
    falselyRefused: 0,
    apart: 0,
    longestAfterDeathMs: 0,
    breaches: new Map(),
  };
}

export function totalOf(counts: Map<string, Count>): Count {
  const total = newCount();
  for (const count of counts.values()) {
    total.runs += count.runs;
    total.occurred += count.occurred;
    total.disturbed += count.disturbed;
    total.valid += count.valid;
    total.falselyRefused += count.falselyRefused;
    total.apart += count.apart;
    total.longestAfterDeathMs = Math.max(total.longestAfterDeathMs, count.longestAfterDeathMs);
    for (const [breach, n] of count.breaches)
      total.breaches.set(breach, (total.breaches.get(breach) ?? 0) + n);
  }
  return total;
}

/** What a backup cannot see, or help without an owner in the protocol: counted apart, and bounded by its kind. */
const APART: readonly Breach[] = [
  "stuck, from a Pause that left after its mark",
  "falsely valid, not to be seen",
  "revoked, not to be seen",
];
/** What no run of ours may ever show. */
export const FORBIDDEN: readonly Breach[] = ["stuck", "falsely valid", "revoked"];
/** Of clean runs, at most this share may be refused. */
const MOST_FALSE_REFUSALS = 1 / 1_000;

/** Why these runs of ours are not what the laws want. */
export function problemsOf(counts: Map<string, Count>): readonly string[] {
  const { runs, disturbed, falselyRefused, breaches } = totalOf(counts);
  const broken = FORBIDDEN.flatMap((breach) => {
    const n = breaches.get(breach) ?? 0;
    return n === 0 ? [] : [`${n} runs ended ${breach}`];
  });
  const apart = [...counts].flatMap(([name, count]) => {
    const most = count.runs * (apartAtMost(name) ?? 0);
    return count.apart <= most
      ? []
      : [
          `"${name}": ${count.apart} of ${count.runs} runs are filed apart, at most ${most.toFixed(0)} may be`,
        ];
  });
  const clean = runs - disturbed;
  if (falselyRefused <= clean * MOST_FALSE_REFUSALS) return [...broken, ...apart];
  return [...broken, ...apart, `${falselyRefused} of ${clean} clean runs were refused, more than 1 in 1,000`];
}
