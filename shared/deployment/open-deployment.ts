import { AdminClients } from "../admin/admin-clients.ts";
import { type ComponentSource, discover } from "../admin/discovery.ts";
import { type ReleaseComponent, Releases } from "../admin/kubernetes/releases.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { clusterSource } from "../config/cluster-material.ts";
import type { Component, DatabaseSettings, Deployment } from "../config/config.ts";
import { adminTls, type Environment } from "../config/tls-material.ts";
import { type CassandraDatabase, openCassandra } from "../databases/cassandra/database.ts";
import { type CosmosdbDatabase, openCosmosdb } from "../databases/cosmosdb/database.ts";
import { type DynamodbDatabase, openDynamodb } from "../databases/dynamodb/database.ts";
import { type JdbcDatabase, openJdbc } from "../databases/jdbc/database.ts";
import { type ManagedDatabase, openManaged } from "../databases/managed/database.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery, type Instance, type Whereabouts } from "../pause/instance.ts";
import type { SystemNamespaces } from "../verify/table-role.ts";
import { type OurClock, ourClock } from "./our-clock.ts";

/** All kinds answer what a backup asks in the same way. */
export type Database =
  | DynamodbDatabase
  | CosmosdbDatabase
  | JdbcDatabase
  | ManagedDatabase
  | CassandraDatabase;

/** A deployment with everything that its use cases need, opened once and closed at the end. */
export interface OpenDeployment {
  readonly settings: Deployment;
  /** What the settings refer to. */
  readonly env: Environment;
  readonly catalog: Catalog;
  readonly clock: OurClock;
  readonly admin: AdminClients;
  database(name: string): Database;
  /** For the steps of one kind, which are only ever asked of databases of that kind. */
  dynamodb(name: string): DynamodbDatabase;
  cosmosdb(name: string): CosmosdbDatabase;
  jdbc(name: string): JdbcDatabase;
  managed(name: string): ManagedDatabase;
  cassandra(name: string): CassandraDatabase;
  /**
   * The instances that a backup pauses: asked before the pause and again after the hold. Where they are pods, they
   * are watched from the first time on, and every later answer disagrees if one of them changed.
   */
  discoverPaused(): Promise<Discovery>;
  /** The instances of all components; none at all is fine, since a restore wants them stopped. */
  discoverAll(): Promise<Discovery>;
  /** Which of these recorded instances are still the processes that were recorded. */
  whereabouts(instances: readonly Instance[]): Promise<readonly Whereabouts[]>;
  close(): void;
}

export function openDeployment(settings: Deployment, catalog: Catalog, env: Environment): OpenDeployment {
  const clock = ourClock();
  const tls = settings.components.flatMap(({ name, tls: its }) =>
    its ? [[name, adminTls(its, env)] as const] : [],
  );
  const admin = new AdminClients({ clock: clock.oursMs, tls: Object.fromEntries(tls) });
  const paused = settings.components.filter((component) => component.paused);
  const sources = (of: readonly Component[]) => of.map((component) => sourceOf(component, env));
  const releases = new Releases(() => sources(settings.components).flatMap(releaseOf));
  const databases = new Map(settings.databases.map((each) => [each.name, openDatabase(each, env)]));
  const database = (name: string) => databases.get(name) ?? unknownDatabase(settings.name, name);
  return {
    settings,
    env,
    catalog,
    clock,
    admin,
    database,
    dynamodb: (name) => ofKind(database(name), "dynamodb", name),
    cosmosdb: (name) => ofKind(database(name), "cosmosdb", name),
    jdbc: (name) => ofKind(database(name), "jdbc", name),
    managed: (name) => ofKind(database(name), "managed", name),
    cassandra: (name) => ofKind(database(name), "cassandra", name),
    discoverPaused: async () => discover(sources(paused), { releases }),
    discoverAll: async () => discover(sources(settings.components), { releases, ifNone: "accept" }),
    whereabouts: (instances) => releases.whereabouts(instances),
    close: () => {
      releases.close();
      admin.close();
      for (const each of databases.values()) each.close();
    },
  };
}

/** Opens a deployment for as long as the work lasts. */
export async function withDeployment<T>(
  { catalog, env }: { readonly catalog: Catalog; readonly env: Environment },
  settings: Deployment,
  work: (open: OpenDeployment) => Promise<T>,
): Promise<T> {
  const open = openDeployment(settings, catalog, env);
  try {
    return await work(open);
  } finally {
    open.close();
  }
}

function openDatabase(settings: DatabaseSettings, env: Environment): Database {
  switch (settings.kind) {
    case "dynamodb":
      return openDynamodb(settings);
    case "cosmosdb":
      return openCosmosdb(settings);
    case "jdbc":
      return openJdbc(settings, env);
    case "managed":
      return openManaged(settings, env);
    case "cassandra":
      return openCassandra(settings, env);
    default:
      return settings satisfies never;
  }
}

/** The configuration may have changed since a point or a plan was made. */
function ofKind<K extends Database["kind"]>(
  database: Database,
  kind: K,
  name: string,
): Extract<Database, { kind: K }> {
  if (database.kind === kind) return database as Extract<Database, { kind: K }>;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `database "${name}" is of kind ${database.kind} by the configuration, and was of kind ${kind}; nothing was done`,
  );
}

function sourceOf({ name, kind, instances }: Component, env: Environment): ComponentSource {
  switch (instances.kind) {
    case "list":
      return { name, kind, source: { kind: "list", addresses: instances.addresses.map(addressOf) } };
    case "srv":
      return { name, kind, source: instances };
    case "kubernetes": {
      const { access, ...release } = instances;
      return { name, kind, source: { ...release, cluster: clusterSource(access, env) } };
    }
    default:
      return instances satisfies never;
  }
}

function releaseOf({ name, kind, source }: ComponentSource): readonly ReleaseComponent[] {
  return source.kind === "kubernetes" ? [{ name, kind, source }] : [];
}

export function namespacesOf(settings: {
  readonly ledgerNamespace?: string;
  readonly coordinatorNamespace: string;
}): SystemNamespaces {
  return { ledger: settings.ledgerNamespace ?? "scalar", coordinator: settings.coordinatorNamespace };
}

function unknownDatabase(deployment: string, name: string): never {
  throw new StillpointError(
    "DEPLOYMENT_UNKNOWN",
    `deployment "${deployment}" has no database "${name}" in its configuration; nothing was done`,
  );
}
