import type { Backup } from "./backup.ts";
import { toWireSeconds } from "./clock.ts";
import type { Wire } from "./wire.ts";

export function describe(backup: Backup): Wire {
  const {
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
    AttributeDefinitions: _,
    ...shape
  } = backup.blueprint;
  return {
    BackupDetails: describeDetails(backup),
    SourceTableDetails: {
      ...shape,
      // The service names a throughput of zero for tables that are paid per request.
      ProvisionedThroughput: shape.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      TableName: backup.table.name,
      TableId: backup.table.id,
      TableArn: backup.table.arn,
      TableCreationDateTime: toWireSeconds(backup.table.createdAtMs),
      TableSizeBytes: sizeOf(backup),
      ItemCount: backup.items.length,
      ...(backup.onDemandThroughput && { OnDemandThroughput: backup.onDemandThroughput }),
    },
    SourceTableFeatureDetails: {
      ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
      ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
      ...backup.features,
    },
  };
}

export function describeDetails(backup: Backup): Wire {
  return {
    BackupArn: backup.arn,
    BackupName: backup.name,
    BackupType: backup.kind.type,
    BackupStatus: backup.phase === "creating" ? "CREATING" : "AVAILABLE",
    BackupSizeBytes: sizeOf(backup),
    BackupCreationDateTime: toWireSeconds(backup.createdAtMs),
    ...(backup.kind.type === "SYSTEM" && { BackupExpiryDateTime: toWireSeconds(backup.kind.expiresAtMs) }),
  };
}

/** About: the length of the items as JSON. */
function sizeOf({ items }: Backup): number {
  return items.reduce((bytes, item) => bytes + JSON.stringify(item).length, 0);
}
