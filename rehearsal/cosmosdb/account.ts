import { randomBytes } from "node:crypto";
import { locationKey } from "../azure/location.ts";
import type { Endpoint } from "../azure/serve.ts";
import type { Wire } from "../azure/wire.ts";
import type { AzureWorld } from "../azure/world.ts";
import type { Container, Definition, Lifetime, Throughput } from "./container.ts";
import { refuse } from "./refusal.ts";

/** One incarnation of a database. */
export interface Database extends Lifetime {
  definition: Definition;
  throughput: Throughput | undefined;
  /** All that there ever were, by their birth. */
  readonly containers: Container[];
}

export type Phase = "Creating" | "Succeeded" | "Updating" | "Deleting" | "Failed";

/** One incarnation of an account: a name used again is another one, with another instance id. */
export interface Account extends Lifetime {
  readonly name: string;
  readonly resourceGroup: string;
  readonly instanceId: string;
  readonly location: string;
  readonly kind: string;
  phase: Phase;
  /** What clients may set, as they set it, with the service's defaults. */
  properties: Wire;
  tags: Wire;
  identity: Wire | undefined;
  /** From when on it has had continuous backup; undefined while it has periodic backups only. */
  continuousSinceMs: number | undefined;
  /** The regions in which it has been, with the time from which on. */
  readonly regions: Region[];
  readonly keys: Keys;
  readonly databases: Database[];
  readonly roleDefinitions: Map<string, Wire>;
  readonly roleAssignments: Map<string, Wire>;
  /** Where its documents are served; none before it was created. */
  endpoint: Endpoint | undefined;
}

interface Region extends Lifetime {
  readonly name: string;
  readonly instanceId: string;
}

export interface Keys {
  readonly primaryMasterKey: string;
  readonly secondaryMasterKey: string;
  readonly primaryReadonlyMasterKey: string;
  readonly secondaryReadonlyMasterKey: string;
}

export function newKeys(): Keys {
  const key = () => randomBytes(64).toString("base64");
  return {
    primaryMasterKey: key(),
    secondaryMasterKey: key(),
    primaryReadonlyMasterKey: key(),
    secondaryReadonlyMasterKey: key(),
  };
}

export function accountId(
  { subscription }: Pick<AzureWorld, "subscription">,
  { resourceGroup, name }: Account,
): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.DocumentDB/databaseAccounts/${name}`;
}

/** One operation at a time changes an account itself. */
export function checkUnlocked(account: Account): void {
  if (account.phase === "Succeeded" || account.phase === "Failed") return;
  refuse(
    412,
    "PreconditionFailed",
    `There is already an operation in progress which requires exclusive lock on this service ${account.name}. Please retry the operation after sometime.`,
  );
}

export function isAlive({ createdAtMs, deletedAtMs }: Lifetime, atMs: number): boolean {
  return createdAtMs <= atMs && (deletedAtMs === undefined || deletedAtMs > atMs);
}

export function regionOf(account: Account, location: string, atMs: number): Region | undefined {
  return account.regions.find(
    (region) => locationKey(region.name) === locationKey(location) && isAlive(region, atMs),
  );
}
