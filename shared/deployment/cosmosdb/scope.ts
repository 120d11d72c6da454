import type { CosmosdbDatabase } from "../../databases/cosmosdb/database.ts";
import { readSchemas } from "../../databases/cosmosdb/row-schema.ts";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type CapturedContainer, containerName } from "../../restore/cosmosdb/captured.ts";
import type { CosmosdbPlan, PlannedAccount } from "../../restore/cosmosdb/plan.ts";
import type { TableSchema } from "../../verify/row-source.ts";
import type { Scope, ScopedTable } from "../../verify/scope.ts";
import { namespacesOf, type OpenDeployment } from "../open-deployment.ts";
import { frameOf, restoredSubject } from "../verify-frame.ts";

/** The restored accounts, with the coordinators of the later second. */
export async function plannedScope(open: OpenDeployment, plan: CosmosdbPlan): Promise<Scope> {
  const seconds = plan.accounts.map(({ atSecond }) => atSecond);
  const tables = await Promise.all(plan.accounts.map((account) => restoredContainers(open, account)));
  const subject = restoredSubject(plan, seconds, plan.accounts[0]?.later.atSecond);
  return { ...frameOf(open, plan.run, subject), tables: tables.flat() };
}

async function restoredContainers(
  open: OpenDeployment,
  { database, target, later, original }: PlannedAccount,
): Promise<readonly ScopedTable[]> {
  const schemas = await schemasOf(open.cosmosdb(database), target);
  refuseMissing(target, original.containers, schemas);
  const copies = schemas.map((schema) => scoped(database, target, schema, "copy"));
  const coordinators = schemas.filter(({ role }) => role === "coordinator");
  return [...copies, ...coordinators.map((schema) => scoped(database, later.target, schema, "later"))];
}

export async function liveContainers(
  database: string,
  cosmosdb: CosmosdbDatabase,
): Promise<readonly ScopedTable[]> {
  const { account } = cosmosdb.settings;
  const schemas = await schemasOf(cosmosdb, account);
  return schemas.map((schema) => scoped(database, account, schema, "copy"));
}

/** The containers that ScalarDB's metadata lists in an account. */
function schemasOf(
  { connection, settings }: CosmosdbDatabase,
  account: string,
): Promise<readonly TableSchema[]> {
  const { metadataNamespace } = settings;
  return readSchemas(connection, { account, metadataNamespace, namespaces: namespacesOf(settings) });
}

function scoped(
  database: string,
  account: string,
  { ...schema }: TableSchema,
  as: ScopedTable["as"],
): ScopedTable {
  const physical = `${account}/${schema.namespace}/${schema.table}`;
  // The service counts bytes in a metric only; segments are cut by its own partitions anyway.
  return { database, schema: { ...schema, physical }, bytes: 0, as };
}

/** Listed by ScalarDB in the copy itself, but not among the containers of the backup: it could not be read. */
function refuseMissing(
  account: string,
  containers: readonly CapturedContainer[],
  schemas: readonly TableSchema[],
): void {
  const known = new Set(containers.map(containerName));
  const missing = schemas
    .map(({ namespace, table }) => `${namespace}/${table}`)
    .filter((name) => !known.has(name));
  if (missing.length === 0) return;
  throw new StillpointError(
    "COPY_DISPROVEN",
    `ScalarDB's metadata in account "${account}" lists ${quoted(missing)}, which the backup does not have; the original account was not touched`,
  );
}
