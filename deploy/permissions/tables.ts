import type { DynamodbDatabaseSettings } from "../../shared/config/config.ts";
import { dynamodbsOf } from "../../shared/config/databases-of.ts";
import type { Deployable } from "../deployable.ts";
import { arn, type Reference } from "../resources/resource.ts";

/**
 * ScalarDB's tables are `<prefix><namespace>.<table>`, and only its metadata knows which there are. So this is all
 * tables with the prefix and a dot. In ARNs the star also stands for what comes after a table: indexes, backups.
 */
export function tables(config: Deployable): readonly Reference[] {
  return perDatabase(config, ({ prefix }) => `table/${prefix}*.*`);
}

/** The table that lists the others. */
export function metadataTables(config: Deployable): readonly Reference[] {
  return perDatabase(
    config,
    ({ prefix, metadataNamespace }) => `table/${prefix}${metadataNamespace}.metadata`,
  );
}

/** The tables that say which transactions committed. */
export function coordinators(config: Deployable): readonly Reference[] {
  return perDatabase(
    config,
    ({ prefix, coordinatorNamespace }) => `table/${prefix}${coordinatorNamespace}.state`,
  );
}

/** Everything in the namespace of ScalarDB's own metadata, which no restore touches. */
export function metadataNamespaces(config: Deployable): readonly Reference[] {
  return perDatabase(config, ({ prefix, metadataNamespace }) => `table/${prefix}${metadataNamespace}.*`);
}

/** Copies that a restore makes: `<table>.stillpoint-<run>`. */
export function temporaries(config: Deployable): readonly Reference[] {
  return perDatabase(config, ({ prefix }) => `table/${prefix}*.stillpoint-*`);
}

/** Backups of those copies; nobody else's. */
export function backups(config: Deployable): readonly Reference[] {
  return perDatabase(config, ({ prefix }) => `table/${prefix}*.stillpoint-*/backup/*`);
}

export function regions(config: Deployable): readonly string[] {
  return [...new Set(databasesOf(config).map(({ region }) => region))];
}

function databasesOf({ deployments }: Deployable): readonly DynamodbDatabaseSettings[] {
  return deployments.flatMap(dynamodbsOf);
}

function perDatabase(
  config: Deployable,
  resource: (database: DynamodbDatabaseSettings) => string,
): readonly Reference[] {
  const found = databasesOf(config).map((database) => arn("dynamodb", resource(database), database.region));
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}
