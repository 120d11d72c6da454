import { ChainSpill } from "./chain-spill.ts";
import { CommitWatch } from "./commit-watch.ts";
import { CHECKS, type Finding, Findings } from "./finding.ts";
import { ForwardSet } from "./forward-set.ts";
import type { OpenSecret } from "./hmac-secret.ts";
import { Intake } from "./intake.ts";
import { judgeLatestAge, judgeReference, walkChain } from "./judge-chain.ts";
import { goesForward, judgeTransaction } from "./judge-transaction.ts";
import { KeyRing } from "./key-ring.ts";
import { notChecked } from "./not-checked.ts";
import { type Commits, judgeProof, type Proof } from "./proof.ts";
import { DEFAULT_PARALLELISM, type Parallelism, type Reading, readTables } from "./read-tables.ts";
import type { CheckedChains, CheckedTransactions, VerificationReport } from "./report.ts";
import { logicalName, type RowSource } from "./row-source.ts";
import { Scratch } from "./scratch.ts";
import { SignatureCheck } from "./signature-check.ts";
import { type Clocks, DEFAULT_CLOCKS, innerWindow, limitsOf, type Subject } from "./subject.ts";
import type { TableDigest } from "./table-digest.ts";
import {
  DEFAULT_LEDGER_NAMESPACE,
  DEFAULT_NAMESPACES,
  ledgerNamespaceOf,
  type SystemNamespaces,
} from "./table-role.ts";
import { TransactionSpill } from "./transaction-spill.ts";
import { judgeOlderRow, WriteSpill } from "./write-spill.ts";

export interface VerifyInput {
  /** The tables, in one database or several. */
  readonly sources: readonly RowSource[];
  readonly subject: Subject;
  readonly clocks?: Clocks;
  readonly namespaces?: SystemNamespaces;
  /** Opens the sealed HMAC secrets; without it those signatures are counted as not checked. */
  readonly openSecret?: OpenSecret;
  /** Where the rows are sorted, about as much as the transaction columns of the tables take; else in memory. */
  readonly scratchDir?: string;
  readonly parallelism?: Parallelism;
}

/** Reads every row once and judges the whole: see `CHECKS` for what is checked, `judgeProof` for what is proven. */
export async function verifyCopy(input: VerifyInput): Promise<VerificationReport> {
  using scratch = new Scratch(input.scratchDir);
  const run = prepare(input, scratch);
  const digests = await readAll(run);
  const transactions = judgeTransactions(run);
  const chains = judgeChains(run);
  for (const older of run.writes.older(2 * run.clocks.scalarClockBoundMs))
    run.findings.add(judgeOlderRow(older));
  return report(run, digests, transactions, chains);
}

type Run = ReturnType<typeof prepare>;

function prepare(input: VerifyInput, scratch: Scratch) {
  const clocks = input.clocks ?? DEFAULT_CLOCKS;
  const { subject } = input;
  const namespaces = input.namespaces ?? DEFAULT_NAMESPACES;
  const readings = input.sources.flatMap((source) =>
    source.tables.map((table): Reading => ({ source, table })),
  );
  const names = readings.map(({ table }) => logicalName(table));
  const findings = new Findings();
  const transactions = new TransactionSpill(scratch, names);
  const chains = new ChainSpill(scratch);
  const writes = new WriteSpill(scratch, names);
  const ring = new KeyRing(scratch, input.openSecret);
  if (readings.some(({ table }) => table.role === "contract")) ring.expectContracts();
  const signatures = new SignatureCheck(ring);
  const window = subject.kind === "restored" ? subject.window : undefined;
  const limits = { ...limitsOf(subject, clocks), paused: window && innerWindow(window, clocks) };
  const intake = new Intake({ namespaces, limits, findings, transactions, chains, writes, ring, signatures });
  const watch = new CommitWatch(subject, clocks);
  const forward = new ForwardSet(scratch);
  return {
    input,
    subject,
    clocks,
    namespaces,
    limits,
    readings,
    findings,
    transactions,
    chains,
    writes,
    signatures,
    intake,
    watch,
    forward,
  };
}

async function readAll({ input, subject, readings, intake }: Run): Promise<readonly TableDigest[]> {
  const how = input.parallelism ?? DEFAULT_PARALLELISM;
  const places = new Map(readings.map((reading, place) => [reading, place]));
  const digests = await readTables(readings, how, (reading, rows) =>
    intake.take(reading.table, places.get(reading) ?? 0, rows),
  );
  if (subject.kind === "restored" && subject.later !== undefined) {
    const { source } = subject.later;
    const coordinators = source.tables
      .filter((table) => table.role === "coordinator")
      .map((table): Reading => ({ source, table }));
    await readTables(coordinators, how, (_, rows) => intake.takeLater(rows));
  }
  return digests;
}

function judgeTransactions({
  transactions,
  findings,
  limits,
  watch,
  forward,
  intake,
  writes,
}: Run): CheckedTransactions {
  const tally = { withRows: 0, decided: 0, rolledForward: 0, rolledBack: 0, inFlight: 0 };
  for (const view of transactions.transactions()) {
    watch.see(view);
    if (view.committed.count + view.inDoubt.count > 0) tally.withRows += 1;
    if (view.coordinator !== undefined) tally.decided += 1;
    if (goesForward(view)) {
      forward.add(view.id);
      tally.rolledForward += 1;
    } else if (view.inDoubt.count > 0) tally.rolledBack += 1;
    if ((view.newestPreparedMs ?? 0) >= limits.inFlightMs) tally.inFlight += 1;
    else findings.addAll(judgeTransaction(view));
  }
  if (watch.cleanUpSeen) findings.soften("committed-but-aborted");
  return {
    ...tally,
    withoutCoordinator: watch.untraced,
    importedRows: intake.importedRows,
    writes: writes.count,
  };
}

function judgeChains({ chains, findings, forward, intake, namespaces }: Run): CheckedChains {
  const tally = { assets: 0, records: 0 };
  for (const { namespace, id, latest, reference, links } of chains.assets((transaction) =>
    forward.has(transaction),
  )) {
    const chain = { table: assetTable(namespace, namespaces), id, links };
    const walked = walkChain(chain);
    findings.addAll(walked.suspicions);
    if (intake.namespacesWithMetadata.has(namespace)) findings.addAll(judgeLatestAge(chain, walked, latest));
    findings.addAll(judgeReference(chain, walked.highestAge, reference));
    tally.assets += walked.links > 0 ? 1 : 0;
    tally.records += walked.links;
  }
  return tally;
}

function assetTable(namespace: string, { ledger }: SystemNamespaces): string {
  return namespace === DEFAULT_LEDGER_NAMESPACE ? `${ledger}.asset` : `${ledger}_${namespace}.asset`;
}

function report(
  run: Run,
  digests: readonly TableDigest[],
  transactions: CheckedTransactions,
  chains: CheckedChains,
): VerificationReport {
  const { readings, findings, signatures } = run;
  const coverage = coverageOf(run);
  if (coverage.coordinatorRead && transactions.withoutCoordinator > 0)
    findings.add(withoutCoordinator(transactions.withoutCoordinator));
  const evidence = run.watch.evidence(coverage);
  const judged = judgeProof(run.subject, evidence, run.clocks);
  if (judged.kind === "proven" && evidence.inWindow.count > 0)
    findings.add(commitsWhilePaused(evidence.inWindow));
  const listed = findings.list();
  const proof = disprovenBy(listed) ?? judged;
  const gaps = {
    ...transactions,
    ...coverage,
    assetRows: run.intake.assetRows,
    unreadableWriteSets: run.intake.unreadableWriteSets,
  };
  return {
    proof,
    findings: listed,
    findingCounts: findings.counts(),
    checked: {
      tables: readings.map(({ table }, place) => {
        const { count, digest } = digests[place] ?? { count: 0, digest: "" };
        return { table: logicalName(table), physical: table.physical, rows: count, digest };
      }),
      transactions,
      chains,
      signatures: signatures.counts,
    },
    notChecked: notChecked({ ...gaps, subject: run.subject, proof, signatures: signatures.counts }),
  };
}

/** What the tables themselves keep from being checked. */
function coverageOf({ readings, intake, namespaces }: Run) {
  const tables = readings.map(({ table }) => table);
  const names = (some: typeof tables) => some.map(logicalName);
  const assets = tables.filter(({ role }) => role === "asset");
  const withMetadata = (namespace: string) =>
    intake.namespacesWithMetadata.has(ledgerNamespaceOf(namespace, namespaces) ?? namespace);
  return {
    coordinatorRead: tables.some(({ role }) => role === "coordinator"),
    withoutTransactions: names(assets.filter(({ transactional }) => !transactional)),
    onlyDigested: names(tables.filter(({ role }) => role === "other")),
    withoutMetadata:
      intake.assetRows === 0 ? [] : names(assets.filter(({ namespace }) => !withMetadata(namespace))),
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
