import type { CheckId } from "./finding.ts";
import type { CheckedTransactions, VerificationReport } from "./report.ts";

const FINDINGS_SHOWN = 10;

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
    .slice(0, FINDINGS_SHOWN)
    .map(({ severity, check, text }) => `${severity} (${check}): ${text}`);
  const counts = Object.entries(findingCounts) as [CheckId, number][];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= lines.length) return lines;
  return [
    ...lines,
    `in all ${total} findings: ${counts.map(([check, count]) => `${check} ${count}`).join(", ")}`,
  ];
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
