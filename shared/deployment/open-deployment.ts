import { AdminClients } from "../admin/admin-clients.ts";
import { type ComponentSource, discover } from "../admin/discovery.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Component, Deployment } from "../config/config.ts";
import { adminTls, type Environment } from "../config/tls-material.ts";
import { type DynamodbDatabase, openDynamodb } from "../databases/dynamodb/database.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery, type Instance, type Whereabouts } from "../pause/instance.ts";
import type { SystemNamespaces } from "../verify/table-role.ts";
import { type OurClock, ourClock } from "./our-clock.ts";

/** A deployment with everything that its use cases need, opened once and closed at the end. */
export interface OpenDeployment {
  readonly settings: Deployment;
  readonly catalog: Catalog;
  readonly clock: OurClock;
  readonly admin: AdminClients;
  database(name: string): DynamodbDatabase;
  /** The instances that a backup pauses. */
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
  const databases = new Map(settings.databases.map((database) => [database.name, openDynamodb(database)]));
  return {
    settings,
    catalog,
    clock,
    admin,
    database: (name) => databases.get(name) ?? unknownDatabase(settings.name, name),
    discoverPaused: () => discover(settings.components.filter(({ paused }) => paused).map(sourceOf)),
    discoverAll: () => discover(settings.components.map(sourceOf), { ifNone: "accept" }),
    // An address is all that a list or the DNS knows of a process.
    whereabouts: async (instances) => instances.map((instance) => ({ kind: "there", instance })),
    close: () => {
      admin.close();
      for (const database of databases.values()) database.close();
    },
  };
}

function sourceOf({ name, kind, instances }: Component): ComponentSource {
  if (instances.kind === "srv") return { name, kind, source: instances };
  return { name, kind, source: { kind: "list", addresses: instances.addresses.map(addressOf) } };
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
