import type { MappedTable } from "../databases/dynamodb/row-schema.ts";
import { dynamoRows } from "../databases/dynamodb/rows.ts";
import type { CapturedTable } from "../restore/dynamodb/captured.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import type { RowSource } from "../verify/row-source.ts";
import type { LaterCoordinator } from "../verify/subject.ts";
import { namespacesOf, type OpenDeployment } from "./open-deployment.ts";

/** The rows of one database's tables under the names that they have now. */
export function rowsOf(
  open: OpenDeployment,
  database: string,
  tables: readonly { readonly metadata: CapturedTable["metadata"]; readonly physicalName: string }[],
): RowSource {
  const { connection, settings } = open.database(database);
  const naming = { prefix: settings.prefix, namespaces: namespacesOf(settings) };
  return dynamoRows(connection.dynamodb, tables as readonly MappedTable[], naming);
}

/** Every database of a plan: its copies under their temporary names, or what replaced the originals. */
export function plannedRows(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: "copies" | "replaced",
): readonly RowSource[] {
  const databases = [...new Set(plan.tables.map(({ database }) => database))];
  return databases.map((database) => {
    const tables = plan.tables.filter((table) => table.database === database);
    const named = tables.map(({ original, name, temporary }) => ({
      metadata: original.metadata,
      physicalName: what === "copies" ? temporary : name,
    }));
    return rowsOf(open, database, named);
  });
}

/** The coordinator at the later second, as the plan has it restored. */
export function laterCoordinator(open: OpenDeployment, plan: DynamodbPlan): LaterCoordinator | undefined {
  const [proof] = plan.proofs;
  if (proof === undefined) return undefined;
  const coordinator = plan.tables.find(
    ({ database, name }) => database === proof.database && name === proof.name,
  );
  const metadata = coordinator?.original.metadata ?? {};
  const source = rowsOf(open, proof.database, [{ metadata, physicalName: proof.temporary }]);
  return { source, atSecond: proof.atSecond };
}
