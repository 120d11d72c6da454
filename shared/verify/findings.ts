import { CHECKS, type CheckId, type Finding, type Severity, type Suspicion } from "./finding.ts";

/** What was found so far, as plain JSON: what several found apart adds up to what one would have found. */
export interface Found {
  readonly listed: readonly Suspicion[];
  readonly counts: Readonly<Partial<Record<CheckId, number>>>;
}

/** Listed per check; the rest is only counted. */
const LISTED_PER_CHECK = 10;

const IN_ORDER = Object.keys(CHECKS) as readonly CheckId[];

/**
 * Collects findings in bounded memory: every one is counted, and of each check the first few by table and key are
 * listed, whatever the order they came in.
 */
export class Findings {
  readonly #listed = new Map<CheckId, Suspicion[]>();
  readonly #counts = new Map<CheckId, number>();
  readonly #softened = new Set<CheckId>();

  add(suspicion: Suspicion): void {
    this.#count(suspicion.check, 1);
    this.#list(suspicion);
  }

  addAll(suspicions: Iterable<Suspicion>): void {
    for (const suspicion of suspicions) this.add(suspicion);
  }

  addFound({ listed, counts }: Found): void {
    for (const suspicion of listed) this.#list(suspicion);
    for (const [check, count] of Object.entries(counts)) this.#count(check as CheckId, count);
  }

  /** From now on the check only warns: something was learnt that lets a whole copy show it too. */
  soften(check: CheckId): void {
    this.#softened.add(check);
  }

  severityOf(check: CheckId): Severity {
    return this.#softened.has(check) ? "warning" : CHECKS[check].severity;
  }

  counts(): Partial<Record<CheckId, number>> {
    return Object.fromEntries(
      IN_ORDER.flatMap((check) => {
        const count = this.#counts.get(check);
        return count === undefined ? [] : [[check, count]];
      }),
    );
  }

  found(): Found {
    return { listed: this.#inOrder(), counts: this.counts() };
  }

  /** Disproofs first. */
  list(): readonly Finding[] {
    const all = this.#inOrder().map((each) => ({ ...each, severity: this.severityOf(each.check) }));
    return [
      ...all.filter((each) => each.severity === "disproof"),
      ...all.filter((each) => each.severity === "warning"),
    ];
  }

  #inOrder(): readonly Suspicion[] {
    return IN_ORDER.flatMap((check) => this.#listed.get(check) ?? []);
  }

  #count(check: CheckId, more: number): void {
    this.#counts.set(check, (this.#counts.get(check) ?? 0) + more);
  }

  #list(suspicion: Suspicion): void {
    const listed = this.#listed.get(suspicion.check) ?? [];
    this.#listed.set(suspicion.check, listed);
    const last = listed.at(-1);
    if (listed.length === LISTED_PER_CHECK && last !== undefined && compare(last, suspicion) <= 0) return;
    listed.push(suspicion);
    listed.sort(compare);
    listed.splice(LISTED_PER_CHECK);
  }
}

function compare(left: Suspicion, right: Suspicion): number {
  return (
    byText(left.table, right.table) ||
    byText(left.key, right.key) ||
    byText(left.transaction, right.transaction) ||
    byText(left.text, right.text)
  );
}

function byText(left = "", right = ""): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
