import { toWireSeconds } from "./clock.ts";
import { describeSettings } from "./table-settings.ts";
import { isOpen, type Phase, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** What the backend says of a table, with everything that the front knows better. */
export function describe(table: Table, described: Wire): Wire {
  return {
    ...described,
    ...describeIndexes(table, described),
    TableName: table.name,
    TableId: table.id,
    TableArn: table.arn,
    CreationDateTime: toWireSeconds(table.createdAtMs),
    TableStatus: statusOf(table.phase, described),
    ...(table.phase.kind === "creating" && table.phase.restore && { RestoreSummary: table.phase.restore }),
    ...describeSettings(table.settings, table.arn),
  };
}

function statusOf(phase: Phase, described: Wire): unknown {
  switch (phase.kind) {
    case "creating":
      return "CREATING";
    case "updating":
      return "UPDATING";
    case "deleting":
      return "DELETING";
    case "active":
      // The backend has a phase of its own while it adds an index.
      return described["TableStatus"] ?? "ACTIVE";
    default:
      return phase satisfies never;
  }
}

type Index = Wire & { readonly IndexName: string };

function describeIndexes(table: Table, described: Wire): Wire {
  const named = (index: Index) => ({ ...index, IndexArn: `${table.arn}/index/${index.IndexName}` });
  const { GlobalSecondaryIndexes, LocalSecondaryIndexes } = described as {
    [list: string]: readonly Index[] | undefined;
  };
  const limits = (name: string) => {
    const limit = table.settings.indexLimits.get(name);
    return limit && { OnDemandThroughput: limit };
  };
  return {
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
        ...named(index),
        ...limits(index.IndexName),
      })),
    }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes: LocalSecondaryIndexes.map(named) }),
  };
}

/** The backend is asked only while it surely has the table: a restored one comes late, a deleted one goes early. */
export async function describeNow(world: World, table: Table): Promise<Wire> {
  if (isOpen(table)) {
    const { Table } = await world.backend.call<{ Table: Wire }>("DescribeTable", { TableName: table.name });
    table.description = Table;
  }
  return describe(table, table.description);
}
