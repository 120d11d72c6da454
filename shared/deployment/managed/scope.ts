import type { ManagedDatabase } from "../../databases/managed/database.ts";
import { readServerSchemas } from "../../databases/managed/rows.ts";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ManagedPlan, PlannedServer } from "../../restore/managed/plan.ts";
import type { TableSchema } from "../../verify/row-source.ts";
import type { Scope, ScopedTable } from "../../verify/scope.ts";
import type { Subject } from "../../verify/subject.ts";
import { namespacesOf, type OpenDeployment } from "../open-deployment.ts";
import { frameOf, restoredSubject } from "../verify-frame.ts";

/** The restored servers. There is no later coordinator: the service restores whole servers. */
export async function plannedScope(open: OpenDeployment, plan: ManagedPlan): Promise<Scope> {
  const seconds = plan.servers.map(({ atSecond }) => atSecond);
  const tables = await Promise.all(plan.servers.map((server) => restoredTables(open, server)));
  const [atSecond = 0, ...others] = seconds;
  const subject: Subject =
    others.length === 0
      ? { kind: "log", atSecond, ...(plan.window && { window: plan.window }) }
      : restoredSubject(plan, seconds, undefined);
  return { ...frameOf(open, plan.run, subject), tables: tables.flat() };
}

async function restoredTables(
  open: OpenDeployment,
  { database, target, original }: PlannedServer,
): Promise<readonly ScopedTable[]> {
  const schemas = await schemasOf(open.managed(database), target);
  refuseMissing(target, original.tables ?? [], schemas);
  return schemas.map((schema) => scoped(database, schema));
}

export async function liveServerTables(
  database: string,
  managed: ManagedDatabase,
): Promise<readonly ScopedTable[]> {
  const schemas = await schemasOf(managed, managed.settings.service.server);
  return schemas.map((schema) => scoped(database, schema));
}

function schemasOf(managed: ManagedDatabase, server: string): Promise<readonly TableSchema[]> {
  return readServerSchemas(managed, server, namespacesOf(managed.settings));
}

/** Asked for its size nowhere: segments are cut as for a small table. */
function scoped(database: string, schema: TableSchema): ScopedTable {
  return { database, schema, bytes: 0, as: "copy" };
}

/** In the backup, but not listed by ScalarDB in the restored server itself. */
function refuseMissing(server: string, known: readonly string[], schemas: readonly TableSchema[]): void {
  const there = new Set(schemas.map(({ namespace, table }) => `${namespace}.${table}`));
  const gone = known.filter((name) => !there.has(name));
  if (gone.length === 0) return;
  throw new StillpointError(
    "COPY_DISPROVEN",
    `the restored server "${server}" has no ${quoted(gone)} by ScalarDB's metadata, which the backup has; no original was touched`,
  );
}
