import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { namedTwice } from "../../../settle/named-twice.ts";
import { logicalName, type TableSchema } from "../../../verify/row-source.ts";
import type { Clocks } from "../../../verify/subject.ts";
import type { SystemNamespaces } from "../../../verify/table-role.ts";
import { secondText } from "../../../verify/time-text.ts";
import type { Settling } from "../plan.ts";

/** How far any clock may be from that of any row of the database. */
export function boundOf({ scalarClockBoundMs, databaseSkewMs }: Clocks): number {
  return scalarClockBoundMs + databaseSkewMs;
}

/** The last instant, by the transactions' clocks, of which every part of a copy surely has everything. */
export function keptUntilOf(atSecond: number, clocks: Clocks): number {
  return atSecond * 1000 - boundOf(clocks);
}

/** What becomes of a table: what changes in place may have lost what it was before. */
export function howSettled({ role, transactional }: TableSchema): Settling["tables"][number]["how"] {
  switch (role) {
    case "asset":
    case "asset_metadata":
    case "coordinator":
      return "wholly";
    case "record":
      return "perhaps";
    case "certificate":
    case "secret":
    case "contract":
    case "other":
      return transactional ? "perhaps" : "as-it-is";
    default:
      return role satisfies never;
  }
}

/** What is known of a deployment when it is to be settled. */
export interface SettlingFacts {
  /** Of all databases. */
  readonly schemas: readonly TableSchema[];
  readonly namespaces: SystemNamespaces;
  readonly componentKinds: readonly string[];
  readonly clocks: Clocks;
}

/** What may be lost is as wide as the bound: longer than this, nobody means it. */
const WIDEST_BOUND_MS = 60_000;

/** Why the tables cannot be settled, a sentence each, all at once. */
export function obstaclesOf({
  schemas,
  namespaces,
  componentKinds,
  clocks,
}: SettlingFacts): readonly string[] {
  return [
    ...coordinatorObstacles(schemas, namespaces),
    ...ledgerObstacles(schemas),
    ...namedTwice(schemas),
    ...(componentKinds.includes("auditor") ? [AUDITOR] : []),
    ...boundObstacles(clocks),
  ];
}

const AUDITOR =
  "an Auditor keeps the ledger's proofs in databases of its own, which would have to be settled to the same transactions";

/** Why nothing can be found by such clocks. */
export function boundObstacles(clocks: Clocks): readonly string[] {
  return boundOf(clocks) > WIDEST_BOUND_MS ? [tooWide(clocks)] : [];
}

function tooWide(clocks: Clocks): string {
  return `the clocks may be ${boundOf(clocks)} ms apart (pause.scalarClockBound), and more than ${WIDEST_BOUND_MS} ms is no bound to tell transactions apart by`;
}

export function coordinatorObstacles(
  schemas: readonly TableSchema[],
  { coordinator }: SystemNamespaces,
): readonly string[] {
  const found = schemas.filter(isCoordinator);
  const ours = found.filter(({ role }) => role === "coordinator");
  const named = found.map((table) => `"${logicalName(table)}"`).join(", ");
  if (ours.length === 0)
    return [
      `there is no coordinator table "${coordinator}.state", so nothing says what was committed${found.length > 0 ? ` (coordinatorNamespace; there is ${named})` : ""}`,
    ];
  if (found.length === 1) return [];
  return [`there are several coordinator tables (${named}), and nothing says which transactions are whose`];
}

/** A coordinator by its columns, in whatever namespace. */
function isCoordinator({ table, columns, role }: TableSchema): boolean {
  const looksLikeOne = "tx_id" in columns && "tx_state" in columns && "tx_created_at" in columns;
  return role === "coordinator" || (table === "state" && looksLikeOne);
}

function ledgerObstacles(schemas: readonly TableSchema[]): readonly string[] {
  const ledger = schemas.filter(({ role }) => role === "asset" || role === "asset_metadata");
  if (!ledger.some(({ role }) => role === "asset"))
    return [
      "there are no tables of a ledger, and records that change in place keep no history to settle them by: look for a quiet second instead (stillpoint plan --nearest TIME)",
    ];
  return untracedObstacles(ledger);
}

/** Where the manager of transactions keeps no record of its own. */
export function untracedObstacles(schemas: readonly TableSchema[]): readonly string[] {
  return schemas
    .filter(({ role, transactional }) => (role === "asset" || role === "asset_metadata") && !transactional)
    .map(
      (table) =>
        `table "${logicalName(table)}" has no transaction columns (JDBC transaction manager): nothing says what was committed with what`,
    );
}

export function refuseSettling(deployment: string, at: number | "latest", reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  const when = at === "latest" ? "the latest second" : secondText(at);
  throw new StillpointError(
    "SETTLE_REFUSED",
    `"${deployment}" cannot be settled at ${when}: ${reasons.join("; ")}; nothing was touched`,
  );
}
