import { recordSystemBackup } from "./backups.ts";
import { activate, addTable } from "./new-table.ts";
import { refuse } from "./refusal.ts";
import { describe, describeNow } from "./table-description.ts";
import { type SettingsInput, settingsOf, withoutSettings } from "./table-settings.ts";
import { checkName, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import { type Call, type Operations, type World, wait } from "./world.ts";

async function createTable(world: World, input: SettingsInput & Wire, call: Call): Promise<object> {
  const name = checkName("TableName", world.tables.nameOf(input["TableName"]));
  if (world.tables.find(name) !== undefined)
    refuse("ResourceInUseException", `Table already exists: ${name}`);
  const createdAtMs = call.atMs ?? world.clock.now();
  const blueprint = { ...withoutSettings(input), TableName: name };
  // Added before the backend is asked, so that nobody else takes the name meanwhile.
  const table = addTable(world, {
    name,
    description: describeInput(blueprint),
    phase: { kind: "creating" },
    settings: settingsOf(input, createdAtMs),
    createdAtMs,
  });
  try {
    const { TableDescription } = await world.backend.call<{ TableDescription: Wire }>(
      "CreateTable",
      blueprint,
    );
    table.description = TableDescription;
  } catch (error) {
    world.tables.remove(table);
    throw error;
  }
  world.background.run(() => finishCreation(world, table));
  return { TableDescription: describe(table, table.description) };
}

/** Good enough until the backend has looked at the input; without a key schema it refuses. */
function describeInput(input: Wire): Wire {
  return { KeySchema: [], ...input };
}

async function finishCreation(world: World, table: Table): Promise<void> {
  await wait(world, world.pace.createTableMs);
  table.description = await world.backend.untilActive(table.name, world.background.signal);
  activate(table);
}

function describeTable(world: World, { TableName }: { TableName?: string }): Promise<object> {
  return describeNow(world, findTable(world, TableName)).then((Table) => ({ Table }));
}

export function findTable(world: World, nameOrArn: unknown): Table {
  const table = world.tables.find(nameOrArn);
  if (table !== undefined) return table;
  const name = checkName("TableName", world.tables.nameOf(nameOrArn));
  return refuse("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
}

const LISTED_MAX = 100;

function listTables(world: World, input: { Limit?: number; ExclusiveStartTableName?: string }): object {
  const after = input.ExclusiveStartTableName ?? "";
  const limit = Math.min(input.Limit ?? LISTED_MAX, LISTED_MAX);
  const names = world.tables.all().map(({ name }) => name);
  const rest = names.filter((name) => name > after).sort();
  const page = rest.slice(0, limit);
  return { TableNames: page, ...(rest.length > limit && { LastEvaluatedTableName: page.at(-1) }) };
}

function deleteTable(world: World, { TableName }: { TableName?: string }): object {
  const table = findTable(world, TableName);
  checkDeletable(table);
  if (table.phase.kind === "active") {
    table.phase = { kind: "deleting" };
    world.background.run(() => finishDeletion(world, table));
  }
  return { TableDescription: describe(table, table.description) };
}

/** Deleting a table that is being deleted already is no error. */
function checkDeletable({ name, phase, settings }: Table): void {
  if (phase.kind === "creating" || phase.kind === "updating")
    refuse(
      "ResourceInUseException",
      `Attempt to change a resource which is still in use: Table is being ${phase.kind === "creating" ? "created" : "updated"}: ${name}`,
    );
  if (phase.kind === "active" && settings.deletionProtection)
    refuse(
      "ValidationException",
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
}

/** All history of the table goes with it; of a table with point-in-time recovery one moment is kept, the last. */
async function finishDeletion(world: World, table: Table): Promise<void> {
  await world.locks.settled(table.id);
  const lastItems = table.journal.snapshot(() => Number.POSITIVE_INFINITY);
  const deletedAtMs = world.clock.now();
  await world.backend.call("DeleteTable", { TableName: table.name });
  await world.backend.untilGone(table.name, world.background.signal);
  await wait(world, world.pace.deleteTableMs);
  if (table.pointInTimeRecovery.kind === "on") recordSystemBackup(world, table, lastItems, deletedAtMs);
  world.tables.remove(table);
}

export const TABLE_LIFE: Operations = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  ListTables: listTables,
  DeleteTable: deleteTable,
};
