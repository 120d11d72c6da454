import { CommitWatch } from "./commit-watch.ts";
import { composeReport } from "./compose-report.ts";
import { Findings } from "./findings.ts";
import { ForwardSet } from "./forward-set.ts";
import { type IntakeTotals, sumOf } from "./intake-totals.ts";
import { judgeLatestAge, judgeReference, walkChain } from "./judge-chain.ts";
import { goesForward, judgeTransaction } from "./judge-transaction.ts";
import type { CheckedChains, CheckedTransactions, VerificationReport } from "./report.ts";
import { logicalName } from "./row-source.ts";
import type { Scope } from "./scope.ts";
import type { Scratch } from "./scratch.ts";
import type { Spills } from "./spills.ts";
import { limitsOf } from "./subject.ts";
import { DEFAULT_LEDGER_NAMESPACE, type SystemNamespaces } from "./table-role.ts";
import { judgeOlderRow } from "./write-spill.ts";

/** Everything that was taken in of a scope. */
export interface Taken {
  readonly scratch: Scratch;
  /** Rows are spilled under their table's place in the scope. */
  readonly spills: Spills;
  /** By place. */
  readonly totals: readonly IntakeTotals[];
}

/** Holds what was taken in against each other: see `CHECKS` for what is checked, `judgeProof` for what is proven. */
export function judge(scope: Scope, { scratch, spills, totals }: Taken): VerificationReport {
  const findings = new Findings();
  const sum = sumOf(totals);
  findings.addFound(sum.found);
  const watch = new CommitWatch(scope.subject, scope.clocks);
  const bench: Bench = { scope, spills, sum, findings, watch, forward: new ForwardSet(scratch) };
  const names = scope.tables.map(({ schema }) => logicalName(schema));
  spills.writes.name(names);
  const transactions = judgeTransactions(bench, names);
  const chains = judgeChains(bench);
  for (const older of spills.writes.older(2 * scope.clocks.scalarClockBoundMs))
    findings.add(judgeOlderRow(older));
  return composeReport({ scope, totals, sum, findings, watch, transactions, chains });
}

interface Bench {
  readonly scope: Scope;
  readonly spills: Spills;
  readonly sum: IntakeTotals;
  readonly findings: Findings;
  readonly watch: CommitWatch;
  readonly forward: ForwardSet;
}

function judgeTransactions(
  { scope, spills, sum, findings, watch, forward }: Bench,
  names: readonly string[],
): CheckedTransactions {
  const { inFlightMs } = limitsOf(scope.subject, scope.clocks);
  const tally = { withRows: 0, decided: 0, rolledForward: 0, rolledBack: 0, inFlight: 0 };
  for (const view of spills.transactions.transactions(names)) {
    watch.see(view);
    if (view.committed.count + view.inDoubt.count > 0) tally.withRows += 1;
    if (view.coordinator !== undefined) tally.decided += 1;
    if (goesForward(view)) {
      forward.add(view.id);
      tally.rolledForward += 1;
    } else if (view.inDoubt.count > 0) tally.rolledBack += 1;
    if ((view.newestPreparedMs ?? 0) >= inFlightMs) tally.inFlight += 1;
    else findings.addAll(judgeTransaction(view));
  }
  if (watch.cleanUpSeen) findings.soften("committed-but-aborted");
  return {
    ...tally,
    withoutCoordinator: watch.untraced,
    importedRows: sum.importedRows,
    writes: spills.writes.count,
  };
}

function judgeChains({ scope, spills, sum, findings, forward }: Bench): CheckedChains {
  const withMetadata = new Set(sum.namespacesWithMetadata);
  const tally = { assets: 0, records: 0 };
  for (const { namespace, id, latest, reference, links } of spills.chains.assets((transaction) =>
    forward.has(transaction),
  )) {
    const chain = { table: assetTable(namespace, scope.namespaces), id, links };
    const walked = walkChain(chain);
    findings.addAll(walked.suspicions);
    if (withMetadata.has(namespace)) findings.addAll(judgeLatestAge(chain, walked, latest));
    findings.addAll(judgeReference(chain, walked.highestAge, reference));
    tally.assets += walked.links > 0 ? 1 : 0;
    tally.records += walked.links;
  }
  return tally;
}

function assetTable(namespace: string, { ledger }: SystemNamespaces): string {
  return namespace === DEFAULT_LEDGER_NAMESPACE ? `${ledger}.asset` : `${ledger}_${namespace}.asset`;
}
