import type { CheckId, Finding } from "./finding.ts";
import type { CheckedTransactions, VerificationReport } from "./report.ts";

/** The first of each check: one that fires, fires often. */
const SHOWN_PER_CHECK = 2;

/** The report in lines for people. */
export function summarize(report: VerificationReport): readonly string[] {
  return [
    ...proofLines(report),
    ...findingLines(report),
    ...checkedLines(report),
    ...report.notChecked.map((gap) => `not checked: ${gap}`),
  ];
}

function proofLines({ proof }: VerificationReport): readonly string[] {
  const lines = [`${proof.kind}: ${proof.reason}`];
  return proof.kind === "proven"
    ? [...lines, ...proof.restsOn.map((basis) => `  resting on: ${basis}`)]
    : lines;
}

function findingLines({ findings, findingCounts }: VerificationReport): readonly string[] {
  const lines = findings
    .filter((finding, place) => earlierOf(findings, finding, place) < SHOWN_PER_CHECK)
    .map(({ severity, check, text }) => `${severity} (${check}): ${text}`);
  const counts = Object.entries(findingCounts) as [CheckId, number][];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= lines.length) return lines;
  return [
    ...lines,
    `in all ${total} findings: ${counts.map(([check, count]) => `${check} ${count}`).join(", ")}`,
  ];
}

function earlierOf(findings: readonly Finding[], { check }: Finding, place: number): number {
  return findings.slice(0, place).filter((other) => other.check === check).length;
}

function checkedLines({ checked }: VerificationReport): readonly string[] {
  const rows = checked.tables.reduce((sum, table) => sum + table.rows, 0);
  const { ecdsa, hmac } = checked.signatures.checked;
  const { assets, records } = checked.chains;
  return [
    `checked: ${counted(rows, "row")} in ${counted(checked.tables.length, "table")}, ${transactionText(checked.transactions)}`,
    `checked: ${counted(assets, "chain")} with ${counted(records, "record")}, ${counted(ecdsa, "digital signature")}, ${counted(hmac, "HMAC signature")}`,
  ];
}

function transactionText({ withRows, rolledForward, rolledBack }: CheckedTransactions): string {
  const inDoubt = rolledForward + rolledBack;
  const recovery =
    inDoubt === 0
      ? "none in doubt"
      : `${inDoubt} in doubt (ScalarDB will roll ${rolledForward} forward, ${rolledBack} back)`;
  return `${counted(withRows, "transaction")}, ${recovery}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
