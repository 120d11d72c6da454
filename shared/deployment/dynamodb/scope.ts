import { captureShape } from "../../databases/dynamodb/capture.ts";
import type { DynamodbDatabase, DynamodbSettings } from "../../databases/dynamodb/database.ts";
import { type MappedTable, tableSchemaOf } from "../../databases/dynamodb/row-schema.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CapturedTable } from "../../restore/dynamodb/captured.ts";
import type { ScopeAsked } from "../../restore/dynamodb/effects.ts";
import type { DynamodbPlan, PlannedProof, PlannedTable } from "../../restore/dynamodb/plan.ts";
import type { TableSchema } from "../../verify/row-source.ts";
import type { Scope, ScopedTable } from "../../verify/scope.ts";
import type { Subject } from "../../verify/subject.ts";
import { namespacesOf, type OpenDeployment } from "../open-deployment.ts";
import { frameOf, restoredSubject } from "../verify-frame.ts";

/** The copies of a plan, or what replaced the originals; their keys and indexes are looked at first. */
export async function plannedScope(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: ScopeAsked,
): Promise<Scope> {
  await refuseOtherKeys(open, plan, what);
  const tables = plan.tables.map((table) => {
    if (what !== "replaced") return scopedCopy(open, table);
    const { database, name: physical, original } = table;
    return scoped(open.dynamodb(database).settings, { database, original, physical, as: "copy" });
  });
  return {
    ...frameOf(open, plan.run, subjectOf(plan)),
    tables: [
      ...tables,
      ...laterTables(open, plan),
      ...(what === "to-settle" ? earlierTables(open, plan) : []),
    ],
  };
}

function subjectOf(plan: DynamodbPlan): Subject {
  const seconds = plan.tables.map(({ atSecond }) => atSecond);
  if (plan.settling === undefined) return restoredSubject(plan, seconds, plan.proofs[0]?.atSecond);
  const { keptUntilMs } = plan.settling;
  return { kind: "settled", atSecond: Math.min(...seconds), keptUntilMs };
}

/** A table of a plan, under the temporary name of its copy. */
export function scopedCopy(
  open: OpenDeployment,
  { database, temporary: physical, original }: PlannedTable,
): ScopedTable {
  return scoped(open.dynamodb(database).settings, { database, original, physical, as: "copy" });
}

/** The coordinator at the later second, as the plan has it restored. */
function laterTables(open: OpenDeployment, { proofs, tables }: DynamodbPlan): readonly ScopedTable[] {
  return proofs.slice(0, 1).flatMap((proof) => scopedOnce(open, tables, proof, "later"));
}

/** What records were before: only settling asks that, and nothing of it is verified. */
function earlierTables(open: OpenDeployment, { earlier = [], tables }: DynamodbPlan): readonly ScopedTable[] {
  return earlier.flatMap((each) => scopedOnce(open, tables, each, "earlier"));
}

/** A table that the plan has restored once more. */
function scopedOnce(
  open: OpenDeployment,
  tables: DynamodbPlan["tables"],
  { database, name, temporary: physical }: PlannedProof,
  as: ScopedTable["as"],
): readonly ScopedTable[] {
  const table = tables.find((each) => each.database === database && each.name === name);
  if (table === undefined) return [];
  return [scoped(open.dynamodb(database).settings, { database, original: table.original, physical, as })];
}

export async function liveTables(
  database: string,
  { capture, settings }: DynamodbDatabase,
): Promise<readonly ScopedTable[]> {
  const { captured } = await capture();
  return captured.tables.map((original) =>
    scoped(settings, { database, original, physical: original.name, as: "copy" }),
  );
}

interface Scoping {
  readonly database: string;
  readonly original: CapturedTable;
  readonly physical: string;
  readonly as: ScopedTable["as"];
}

export function scoped(
  settings: DynamodbSettings,
  { database, original, physical, as }: Scoping,
): ScopedTable {
  return { database, schema: schemaOf(settings, original, physical), bytes: original.bytes, as };
}

export function schemaOf(
  settings: DynamodbSettings,
  { metadata, name }: Pick<CapturedTable, "metadata" | "name">,
  physicalName = name,
): TableSchema {
  const mapped = { metadata, physicalName } as MappedTable;
  return tableSchemaOf(mapped, { prefix: settings.prefix, namespaces: namespacesOf(settings) });
}

async function refuseOtherKeys(open: OpenDeployment, plan: DynamodbPlan, what: ScopeAsked): Promise<void> {
  for (const { database, name, temporary, original } of plan.tables) {
    const read = what === "replaced" ? name : temporary;
    const found = await captureShape(open.dynamodb(database).connection, read);
    if (found?.keys === original.keys && found.indexes.join() === original.indexes.join()) continue;
    throw new StillpointError(
      what === "replaced" ? "COPY_DIFFERS" : "COPY_DISPROVEN",
      `table "${read}" does not have the keys and indexes of "${name}": ${found?.keys}; ${found?.indexes.join("; ")}`,
    );
  }
}
