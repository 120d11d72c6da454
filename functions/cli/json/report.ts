import * as z from "zod";
import { CHECKS, type CheckId } from "../../../shared/verify/finding.ts";
import type { VerificationReport } from "../../../shared/verify/report.ts";

const check = z.enum(Object.keys(CHECKS) as [CheckId, ...CheckId[]]);
const count = z.number().int();

const lasting = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ever") }),
  z.strictObject({ kind: z.literal("since"), fromMs: z.number() }),
]);

const proof = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("proven"), reason: z.string(), restsOn: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("unproven"), reason: z.string(), lasting: lasting.exactOptional() }),
  z.strictObject({ kind: z.literal("disproven"), reason: z.string() }),
]);

const finding = z.strictObject({
  check,
  severity: z.enum(["disproof", "warning"]),
  table: z.string().exactOptional(),
  key: z.string().exactOptional(),
  transaction: z.string().exactOptional(),
  text: z.string(),
});

const checked = z.strictObject({
  tables: z.array(
    z.strictObject({ table: z.string(), physical: z.string(), rows: count, digest: z.string() }),
  ),
  transactions: z.strictObject({
    withRows: count,
    decided: count,
    rolledForward: count,
    rolledBack: count,
    withoutCoordinator: count,
    inFlight: count,
    importedRows: count,
    writes: count,
  }),
  chains: z.strictObject({ assets: count, records: count }),
  signatures: z.strictObject({
    checked: z.strictObject({ ecdsa: count, hmac: count }),
    unchecked: z.strictObject({ "no-key": count, sealed: count, unreadable: count }),
  }),
});

/** What a verification found, what it checked, and what it did not. */
export const ReportJson = z.strictObject({
  proof,
  findings: z.array(finding),
  findingCounts: z.partialRecord(check, count),
  checked,
  notChecked: z.array(z.string()),
}) satisfies z.ZodType<VerificationReport, unknown>;
