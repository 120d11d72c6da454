import type { CommitWatch } from "./commit-watch.ts";
import { CHECKS, type Finding } from "./finding.ts";
import type { Findings } from "./findings.ts";
import type { IntakeTotals } from "./intake-totals.ts";
import { notChecked } from "./not-checked.ts";
import { judgeProof, type Proof } from "./proof.ts";
import type { Commits } from "./proof-evidence.ts";
import type { CheckedChains, CheckedTable, CheckedTransactions, VerificationReport } from "./report.ts";
import { logicalName } from "./row-source.ts";
import type { Scope } from "./scope.ts";
import { ledgerNamespaceOf } from "./table-role.ts";

export interface Judged {
  readonly scope: Scope;
  /** By place in the scope. */
  readonly totals: readonly IntakeTotals[];
  readonly sum: IntakeTotals;
  readonly findings: Findings;
  readonly watch: CommitWatch;
  readonly transactions: CheckedTransactions;
  readonly chains: CheckedChains;
}

export function composeReport(judged: Judged): VerificationReport {
  const { scope, totals, sum, findings, watch, transactions, chains } = judged;
  const { signatures, assetRows, unreadableWriteSets } = sum;
  const coverage = coverageOf(scope, sum);
  if (coverage.coordinatorRead && transactions.withoutCoordinator > 0)
    findings.add(withoutCoordinator(transactions.withoutCoordinator));
  const evidence = watch.evidence(coverage);
  const judgement = judgeProof(scope.subject, evidence, scope.clocks);
  if (judgement.kind === "proven" && evidence.inWindow.count > 0)
    findings.add(commitsWhilePaused(evidence.inWindow));
  const listed = findings.list();
  const proof = disprovenBy(listed) ?? judgement;
  const gaps = { ...transactions, ...coverage, assetRows, unreadableWriteSets };
  return {
    proof,
    findings: listed,
    findingCounts: findings.counts(),
    checked: { tables: checkedTables(scope, totals), transactions, chains, signatures },
    notChecked: notChecked({ ...gaps, subject: scope.subject, proof, signatures }),
  };
}

/** What was read of each table that is verified. */
function checkedTables(
  { tables }: Scope,
  totals: readonly Pick<IntakeTotals, "count" | "digest">[],
): readonly CheckedTable[] {
  return tables.flatMap(({ schema, as }, place) => {
    const { count = 0, digest = "" } = totals[place] ?? {};
    if (as !== "copy") return [];
    return [{ table: logicalName(schema), physical: schema.physical, rows: count, digest }];
  });
}

/** What the tables themselves keep from being checked. */
function coverageOf({ tables, namespaces }: Scope, { assetRows, namespacesWithMetadata }: IntakeTotals) {
  const verified = tables.filter(({ as }) => as === "copy").map(({ schema }) => schema);
  const names = (some: typeof verified) => some.map(logicalName);
  const assets = verified.filter(({ role }) => role === "asset");
  const withMetadata = (namespace: string) =>
    namespacesWithMetadata.includes(ledgerNamespaceOf(namespace, namespaces) ?? namespace);
  return {
    coordinatorRead: verified.some(({ role }) => role === "coordinator"),
    withoutTransactions: names(assets.filter(({ transactional }) => !transactional)),
    changeable: names(verified.filter(({ role, transactional }) => role === "record" && transactional)),
    onlyDigested: names(verified.filter(({ role }) => role === "other")),
    withoutMetadata: assetRows === 0 ? [] : names(assets.filter(({ namespace }) => !withMetadata(namespace))),
  };
}

function withoutCoordinator(count: number) {
  const text = `${count} committed transactions have no coordinator row: it was cleaned up, they were committed in one phase, or the coordinator is older than their rows`;
  return { check: "without-coordinator", text } as const;
}

/** A quiet second proves the copy even so, but the pause that it was meant to rest on did not hold. */
function commitsWhilePaused({ count, examples }: Commits) {
  const [first] = examples;
  const text = `${count} transactions committed inside the pause window, such as "${first?.transaction ?? ""}": something was not paused`;
  return { check: "written-while-paused", text } as const;
}

function disprovenBy(findings: readonly Finding[]): Proof | undefined {
  const [first] = findings.filter(({ severity }) => severity === "disproof");
  if (first === undefined) return undefined;
  return { kind: "disproven", reason: `${CHECKS[first.check].means}: ${first.text}` };
}
