import type { Wire } from "./wire.ts";

interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: Wire;
  readonly ProvisionedThroughput?: Throughput;
}

/** All that a backend needs to create a table of the same shape: an input of CreateTable without its name. */
export interface Blueprint {
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly KeySchema: readonly KeyElement[];
  readonly BillingMode: "PROVISIONED" | "PAY_PER_REQUEST";
  readonly ProvisionedThroughput?: Throughput;
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly LocalSecondaryIndexes?: readonly Index[];
}

/** What a restore may be told to do differently. */
export interface BlueprintOverrides {
  readonly BillingModeOverride?: Blueprint["BillingMode"];
  readonly ProvisionedThroughputOverride?: Throughput;
  readonly GlobalSecondaryIndexOverride?: readonly Index[];
  readonly LocalSecondaryIndexOverride?: readonly Index[];
}

/** Read off a TableDescription. */
export function blueprintOf(described: Wire): Blueprint {
  const source = described as unknown as Blueprint & {
    readonly BillingModeSummary?: { readonly BillingMode?: string };
  };
  const provisioned = source.BillingModeSummary?.BillingMode !== "PAY_PER_REQUEST";
  const indexes = (list: readonly Index[] | undefined, global: boolean) =>
    (list ?? []).map((index) => indexOf(index, global && provisioned));
  return assemble({
    AttributeDefinitions: source.AttributeDefinitions,
    KeySchema: source.KeySchema,
    BillingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
    ...(provisioned &&
      source.ProvisionedThroughput && { ProvisionedThroughput: units(source.ProvisionedThroughput) }),
    GlobalSecondaryIndexes: indexes(source.GlobalSecondaryIndexes, true),
    LocalSecondaryIndexes: indexes(source.LocalSecondaryIndexes, false),
  });
}

/** An absent list of indexes restores all of them, an empty one none. */
export function override(blueprint: Blueprint, overrides: BlueprintOverrides): Blueprint {
  const billing = overrides.BillingModeOverride ?? blueprint.BillingMode;
  const throughput = overrides.ProvisionedThroughputOverride ?? blueprint.ProvisionedThroughput ?? LEAST;
  const global = keep(blueprint.GlobalSecondaryIndexes, overrides.GlobalSecondaryIndexOverride);
  return assemble({
    AttributeDefinitions: blueprint.AttributeDefinitions,
    KeySchema: blueprint.KeySchema,
    BillingMode: billing,
    ...(billing === "PROVISIONED" && { ProvisionedThroughput: throughput }),
    GlobalSecondaryIndexes: global.map((index) => billed(index, billing)),
    LocalSecondaryIndexes: keep(blueprint.LocalSecondaryIndexes, overrides.LocalSecondaryIndexOverride),
  });
}

const LEAST: Throughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };

function keep(indexes: readonly Index[] | undefined, wanted: readonly Index[] | undefined): readonly Index[] {
  if (wanted === undefined) return indexes ?? [];
  return (indexes ?? []).flatMap((index) => {
    const same = wanted.find(({ IndexName }) => IndexName === index.IndexName);
    if (same === undefined) return [];
    const throughput = same.ProvisionedThroughput ?? index.ProvisionedThroughput;
    return [{ ...index, ...(throughput && { ProvisionedThroughput: throughput }) }];
  });
}

function billed(index: Index, billing: Blueprint["BillingMode"]): Index {
  const { ProvisionedThroughput, ...rest } = index;
  return billing === "PROVISIONED"
    ? { ...rest, ProvisionedThroughput: ProvisionedThroughput ?? LEAST }
    : rest;
}

function indexOf(
  { IndexName, KeySchema, Projection, ProvisionedThroughput }: Index,
  provisioned: boolean,
): Index {
  const throughput = provisioned &&
    ProvisionedThroughput && { ProvisionedThroughput: units(ProvisionedThroughput) };
  return { IndexName, KeySchema, Projection, ...throughput };
}

function units({ ReadCapacityUnits, WriteCapacityUnits }: Throughput): Throughput {
  return { ReadCapacityUnits, WriteCapacityUnits };
}

/** CreateTable refuses empty lists, and attributes that no key mentions, as there are once an index is left out. */
function assemble(blueprint: Blueprint): Blueprint {
  const {
    GlobalSecondaryIndexes = [],
    LocalSecondaryIndexes = [],
    AttributeDefinitions,
    ...rest
  } = blueprint;
  const keys = [rest, ...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].flatMap(
    ({ KeySchema }) => KeySchema,
  );
  const used = new Set(keys.map(({ AttributeName }) => AttributeName));
  return {
    ...rest,
    AttributeDefinitions: AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
    ...(GlobalSecondaryIndexes.length > 0 && { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes.length > 0 && { LocalSecondaryIndexes }),
  };
}

/** How a table of this shape is described before the backend has it. */
export function describeBlueprint(blueprint: Blueprint): Wire {
  const { BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes, ...rest } = blueprint;
  return {
    ...rest,
    ItemCount: 0,
    TableSizeBytes: 0,
    ProvisionedThroughput: {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
      NumberOfDecreasesToday: 0,
      ...ProvisionedThroughput,
    },
    ...(BillingMode === "PAY_PER_REQUEST" && { BillingModeSummary: { BillingMode } }),
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({ ...index, IndexStatus: "CREATING" })),
    }),
  };
}
