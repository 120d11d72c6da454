import { randomBytes } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import { captureShape } from "../databases/dynamodb/capture.ts";
import { type MappedTable, tableSchemaOf } from "../databases/dynamodb/row-schema.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { CapturedTable } from "../restore/dynamodb/captured.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import type { Frame, Scope, ScopedTable } from "../verify/scope.ts";
import type { Subject } from "../verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../verify/table-role.ts";
import { namespacesOf, type OpenDeployment } from "./open-deployment.ts";
import { clocksOf } from "./plan-restore.ts";

/** The copies of a plan, or what replaced the originals; their keys and indexes are looked at first. */
export async function plannedScope(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: "copies" | "replaced",
): Promise<Scope> {
  await refuseOtherKeys(open, plan, what);
  const seconds = plan.tables.map(({ atSecond }) => atSecond);
  const [proof] = plan.proofs;
  const subject: Subject = {
    kind: "restored",
    atSecond: Math.min(...seconds),
    lastSecond: Math.max(...seconds),
    ...(plan.window && { window: plan.window }),
    ...(proof && { later: { atSecond: proof.atSecond } }),
  };
  const tables = plan.tables.map(({ database, name, temporary, original }) =>
    scoped(open, { database, original, physical: what === "copies" ? temporary : name, as: "copy" }),
  );
  return { ...frameOf(open, plan.run, subject), tables: [...tables, ...laterTables(open, plan)] };
}

/** The coordinator at the later second, as the plan has it restored. */
function laterTables(
  open: OpenDeployment,
  { proofs: [proof], tables }: DynamodbPlan,
): readonly ScopedTable[] {
  const coordinator = tables.find(
    ({ database, name }) => database === proof?.database && name === proof.name,
  );
  if (proof === undefined || coordinator === undefined) return [];
  const { database, original } = coordinator;
  return [scoped(open, { database, original, physical: proof.temporary, as: "later" })];
}

/** The live tables, as they are now. */
export async function liveScope(open: OpenDeployment): Promise<Scope> {
  const startedMs = open.clock.wallMs();
  const run = `verify-${stamp(startedMs)}-${randomBytes(4).toString("hex")}`;
  const tables = await Promise.all(
    open.settings.databases.map(async ({ name: database }) => {
      const { captured } = await open.database(database).capture();
      return captured.tables.map((original) =>
        scoped(open, { database, original, physical: original.name, as: "copy" }),
      );
    }),
  );
  return { ...frameOf(open, run, { kind: "live", startedMs }), tables: tables.flat() };
}

function frameOf(open: OpenDeployment, run: string, subject: Subject): Frame {
  const [first] = open.settings.databases;
  const namespaces = first ? namespacesOf(first) : DEFAULT_NAMESPACES;
  return { run, subject, clocks: clocksOf(open), namespaces };
}

interface Scoping {
  readonly database: string;
  readonly original: CapturedTable;
  readonly physical: string;
  readonly as: ScopedTable["as"];
}

function scoped(open: OpenDeployment, { database, original, physical, as }: Scoping): ScopedTable {
  const { settings } = open.database(database);
  const mapped = { metadata: original.metadata, physicalName: physical } as MappedTable;
  const schema = tableSchemaOf(mapped, { prefix: settings.prefix, namespaces: namespacesOf(settings) });
  return { database, schema, bytes: original.bytes, as };
}

async function refuseOtherKeys(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: "copies" | "replaced",
): Promise<void> {
  for (const { database, name, temporary, original } of plan.tables) {
    const read = what === "copies" ? temporary : name;
    const found = await captureShape(open.database(database).connection, read);
    if (found?.keys === original.keys && found.indexes.join() === original.indexes.join()) continue;
    throw new StillpointError(
      what === "copies" ? "COPY_DISPROVEN" : "COPY_DIFFERS",
      `table "${read}" does not have the keys and indexes of "${name}": ${found?.keys}; ${found?.indexes.join("; ")}`,
    );
  }
}
