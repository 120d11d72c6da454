import { performance } from "node:perf_hooks";
import type { Blueprint } from "./blueprint.ts";
import { type Item, keyOf, keyText } from "./items.ts";
import { Journal } from "./journal.ts";
import type { TableSettings } from "./table-settings.ts";
import type { Phase, Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

interface NewTable {
  readonly name: string;
  readonly description: Wire;
  readonly phase: Phase;
  readonly settings: TableSettings;
  readonly createdAtMs: number;
}

/** Every table that comes into being, by creation or by restore, is another incarnation with an id of its own. */
export function addTable(world: World, { name, description, phase, settings, createdAtMs }: NewTable): Table {
  const { KeySchema } = description as unknown as Blueprint;
  const table: Table = {
    name,
    id: crypto.randomUUID(),
    arn: world.tables.arnOf(name),
    keyNames: KeySchema.map(({ AttributeName }) => AttributeName),
    journal: new Journal<Item>(world.journalStatesMax),
    settings,
    createdAtMs,
    filledAtMs: createdAtMs,
    activeSinceMs: Number.NEGATIVE_INFINITY,
    phase,
    pointInTimeRecovery: { kind: "off" },
    description,
  };
  world.tables.add(table);
  return table;
}

export function activate(table: Table): void {
  table.phase = { kind: "active" };
  table.activeSinceMs = performance.now();
}

/** Enters items that a table came with, all at one moment. */
export function fill(table: Table, items: readonly Item[], atMs: number): void {
  table.filledAtMs = atMs;
  for (const item of items)
    table.journal.record(keyText(table.keyNames, item), keyOf(table.keyNames, item), atMs, item);
}
