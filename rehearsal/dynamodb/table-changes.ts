import { performance } from "node:perf_hooks";
import { checkLimits, indexLimitsOf, limited, setIndexLimit } from "./on-demand-limits.ts";
import { refuse } from "./refusal.ts";
import { describe, describeNow } from "./table-description.ts";
import { encryptionOf, type SettingsInput, streamOf, withoutSettings } from "./table-settings.ts";
import { isOpen, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import { type Operations, type World, wait } from "./world.ts";

/**
 * The table, if its settings can be changed now. One that is still being created or restored is as good as
 * missing to these operations.
 */
export function changeable(world: World, nameOrArn: unknown): Table {
  const table = world.tables.find(nameOrArn);
  if (table === undefined || table.phase.kind === "creating")
    return refuse(
      "ResourceNotFoundException",
      `Requested resource not found: Table: ${world.tables.nameOf(nameOrArn)} not found`,
    );
  if (table.phase.kind === "active") return table;
  return refuse(
    "ResourceInUseException",
    `Attempt to change a resource which is still in use: Table is ${table.phase.kind}: ${table.name}`,
  );
}

/** Some settings can be changed only so often; a client is told when it may try again. */
export function checkCooldown(world: World, table: Table, setting: string): void {
  const sinceMs = performance.now() - (table.settings.changedMs.get(setting) ?? Number.NEGATIVE_INFINITY);
  const leftMs = world.pace.settingCooldownMs - sinceMs;
  if (leftMs > 0) {
    const retryAt = new Date(world.clock.now() + leftMs).toISOString();
    refuse(
      "ThrottlingException",
      `Too many changes of ${setting} of table ${table.name}: retry after ${retryAt}`,
    );
  }
  table.settings.changedMs.set(setting, performance.now());
}

async function updateTable(world: World, input: SettingsInput & Wire): Promise<object> {
  const table = changeable(world, input["TableName"]);
  checkStream(table, input.StreamSpecification);
  checkLimits(table.description, input);
  changeDeletionProtection(world, table, input.DeletionProtectionEnabled);
  await changeShape(world, table, withoutSettings(input));
  const takesTime = changeSettings(world, table, input);
  if (!takesTime) return { TableDescription: await describeNow(world, table) };
  table.phase = { kind: "updating" };
  world.background.run(() => finishUpdate(world, table));
  return { TableDescription: describe(table, table.description) };
}

async function finishUpdate(world: World, table: Table): Promise<void> {
  await wait(world, world.pace.updateTableMs);
  if (isOpen(table)) table.phase = { kind: "active" };
}

function checkStream(table: Table, specification: Wire | undefined): void {
  if (specification === undefined) return;
  const on = specification["StreamEnabled"] === true;
  if (on && table.settings.stream !== undefined)
    refuse("ValidationException", `Table already has an enabled stream: TableName: ${table.name}`);
  if (!on && table.settings.stream === undefined)
    refuse("ValidationException", `Table is not a stream enabled table: TableName: ${table.name}`);
}

function changeDeletionProtection(world: World, table: Table, wanted: boolean | undefined): void {
  if (wanted === undefined || wanted === table.settings.deletionProtection) return;
  checkCooldown(world, table, "deletion protection");
  table.settings.deletionProtection = wanted;
}

/** Throughput, billing mode and indexes are the backend's. */
async function changeShape(world: World, table: Table, input: Wire): Promise<void> {
  const asked = Object.keys(input).filter((name) => name !== "TableName");
  if (asked.length > 0) await world.backend.call("UpdateTable", { ...input, TableName: table.name });
}

/** Whether the table is UPDATING for a while afterwards. */
function changeSettings(world: World, { settings }: Table, input: SettingsInput): boolean {
  if (input.SSESpecification !== undefined) settings.encryption = encryptionOf(input.SSESpecification);
  if (input.OnDemandThroughput !== undefined)
    settings.onDemandThroughput = limited({ ...settings.onDemandThroughput, ...input.OnDemandThroughput });
  for (const [index, limit] of indexLimitsOf(input as Wire))
    setIndexLimit(settings.indexLimits, index, limit);
  for (const { Create, Delete } of input.ReplicaUpdates ?? []) {
    if (Create) settings.replicas.add(Create.RegionName);
    if (Delete) settings.replicas.delete(Delete.RegionName);
  }
  if (input.StreamSpecification !== undefined)
    settings.stream = streamOf(input.StreamSpecification, world.clock.now());
  const newClass = input.TableClass !== undefined && input.TableClass !== settings.tableClass;
  settings.tableClass = input.TableClass ?? settings.tableClass;
  return newClass || input.StreamSpecification !== undefined || input.ReplicaUpdates !== undefined;
}

export const TABLE_CHANGES: Operations = { UpdateTable: updateTable };
