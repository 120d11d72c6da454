import { type Blueprint, type BlueprintOverrides, describeBlueprint, override } from "./blueprint.ts";
import { seededFraction } from "./cut.ts";
import type { Item } from "./items.ts";
import { activate, addTable, fill } from "./new-table.ts";
import { refuse } from "./refusal.ts";
import { describe } from "./table-description.ts";
import { defaultSettings, encryptionOf } from "./table-settings.ts";
import { checkName, type RestoreSummary, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import { type World, wait } from "./world.ts";

export interface RestoreInput extends BlueprintOverrides {
  readonly TargetTableName?: string;
  readonly SSESpecificationOverride?: Wire;
  readonly OnDemandThroughputOverride?: Wire;
}

/** What a new table is made of. Of the source's settings only its encryption and on-demand limits come along. */
export interface RestoreSource {
  readonly blueprint: Blueprint;
  readonly items: readonly Item[];
  readonly encryption: Wire | undefined;
  readonly onDemandThroughput: Wire | undefined;
  readonly indexLimits: ReadonlyMap<string, Wire>;
  readonly summary: RestoreSummary;
}

export function checkRestoreShape(world: World, input: RestoreInput): void {
  checkName("TargetTableName", input.TargetTableName);
  for (const [list, indexes] of [
    ["GlobalSecondaryIndexOverride", input.GlobalSecondaryIndexOverride],
    ["LocalSecondaryIndexOverride", input.LocalSecondaryIndexOverride],
  ] as const) {
    if (indexes?.some((index) => "WarmThroughput" in index))
      refuse("ValidationException", `${list} must not contain WarmThroughput`);
  }
  if (world.tables.nameOf(input.TargetTableName) !== input.TargetTableName)
    refuse("ValidationException", "TargetTableName must be a name, not an ARN");
}

/** An override of indexes may leave some out, and add none. */
export function checkOverrides(blueprint: Blueprint, input: RestoreInput): void {
  const known = new Set(
    [...(blueprint.GlobalSecondaryIndexes ?? []), ...(blueprint.LocalSecondaryIndexes ?? [])].map(
      ({ IndexName }) => IndexName,
    ),
  );
  const wanted = [
    ...(input.GlobalSecondaryIndexOverride ?? []),
    ...(input.LocalSecondaryIndexOverride ?? []),
  ];
  for (const { IndexName } of wanted)
    if (!known.has(IndexName))
      refuse("ValidationException", `The source has no index ${IndexName}: a restore cannot add one`);
}

export function checkTarget(world: World, name: string): void {
  const existing = world.tables.find(name);
  if (existing?.phase.kind === "creating")
    refuse("TableInUseException", `Table is being created or restored: ${name}`);
  if (existing !== undefined) refuse("TableAlreadyExistsException", `Table already exists: ${name}`);
  if (underWay(world) >= world.restoresMax)
    refuse(
      "LimitExceededException",
      `Only ${world.restoresMax} restore operations can be in progress at a time`,
    );
}

function underWay(world: World): number {
  return world.tables.all().filter(({ phase }) => phase.kind === "creating" && phase.restore !== undefined)
    .length;
}

/** The target exists from now on, CREATING; `onEnd` is called when it is ACTIVE. */
export function startRestore(
  world: World,
  input: RestoreInput,
  source: RestoreSource,
  onEnd: () => void,
): object {
  const blueprint = override(source.blueprint, input);
  const table = addTable(world, {
    name: checkName("TargetTableName", input.TargetTableName),
    description: describeBlueprint(blueprint),
    phase: { kind: "creating", restore: source.summary },
    settings: {
      ...defaultSettings(),
      encryption: encryptionOf(input.SSESpecificationOverride) ?? source.encryption,
      onDemandThroughput: input.OnDemandThroughputOverride ?? source.onDemandThroughput,
      indexLimits: new Map(source.indexLimits),
    },
    createdAtMs: world.clock.now(),
  });
  world.background.run(async () => {
    await Promise.all([build(world, table, blueprint, source.items), wait(world, durationMs(world, table))]);
    fill(table, source.items, world.clock.now());
    activate(table);
    onEnd();
  });
  return { TableDescription: describe(table, table.description) };
}

function durationMs({ seed, pace }: World, { name, createdAtMs }: Table): number {
  const spread = pace.restoreMostMs - pace.restoreLeastMs;
  return pace.restoreLeastMs + spread * seededFraction(seed, name, createdAtMs);
}

async function build(
  world: World,
  table: Table,
  blueprint: Blueprint,
  items: readonly Item[],
): Promise<void> {
  await world.backend.call("CreateTable", { TableName: table.name, ...blueprint });
  table.description = await world.backend.untilActive(table.name, world.background.signal);
  await load(world, table.name, items);
}

/** The most that one BatchWriteItem takes. */
const BATCH = 25;

/** No lock and no journal: nobody else can reach the table yet. */
async function load(world: World, name: string, items: readonly Item[]): Promise<void> {
  let left = items.map((Item) => ({ PutRequest: { Item } }));
  while (left.length > 0) {
    world.background.signal.throwIfAborted();
    const { UnprocessedItems } = await world.backend.call<{
      UnprocessedItems?: { [table: string]: typeof left };
    }>("BatchWriteItem", { RequestItems: { [name]: left.slice(0, BATCH) } });
    left = [...(UnprocessedItems?.[name] ?? []), ...left.slice(BATCH)];
  }
}
