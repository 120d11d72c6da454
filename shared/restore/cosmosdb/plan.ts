import { createHash } from "node:crypto";
import { type Clocks, earliestLaterSecond } from "../../verify/subject.ts";
import { secondText } from "../../verify/time-text.ts";
import type { Mode } from "../mode.ts";
import type { PlanFrame } from "../plan-frame.ts";
import {
  type CapturedContainer,
  type CapturedCosmosdb,
  type CapturedDatabase,
  containerName,
} from "./captured.ts";

/** What Azure allows for the name of an account. */
const LONGEST_NAME = 44;

/** How the restored account is reached to verify it, and by nobody else until its settings are back. */
export type Way =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "subnet"; readonly subnet: string; readonly dnsZone?: string };

/** One account to restore, with everything that the steps need. */
export interface PlannedAccount {
  /** Its name in the configuration. */
  readonly database: string;
  /** Name of the new account. */
  readonly target: string;
  /** The account with the coordinator alone, at a later second: what proves that no commit was near the point. */
  readonly later: { readonly target: string; readonly coordinator: string; readonly atSecond: number };
  readonly atSecond: number;
  readonly way: Way;
  /** ARM id of the restorable account: this very instance, whatever account has its name today. */
  readonly source: string;
  /** It was deleted since the backup, and is restored out of its history. */
  readonly wasDeleted: boolean;
  /**
   * What the point has of it, set as it is now; what was deleted since, or made again, as the backup has it.
   */
  readonly original: CapturedCosmosdb;
  /** `database/container` of what was deleted since the backup, or deleted and made again under its name. */
  readonly deletedSince: readonly string[];
}

/** Everything that a restore of Cosmos DB accounts will do. */
export interface CosmosdbPlan extends PlanFrame {
  readonly kind: "cosmosdb";
  /** In place: the new account is to take the place of the old one, and gets everything that it has. */
  readonly mode: Mode;
  readonly accounts: readonly PlannedAccount[];
  /** Containers made since the backup, which the restored account will not have. */
  readonly leftOut: readonly string[];
}

/** One database of the point beside what is there now. */
export interface LookedAt {
  readonly name: string;
  readonly atSecond: number;
  readonly atBackup: CapturedCosmosdb;
  /** Absent where the account was deleted since: it can be restored all the same. */
  readonly now?: CapturedCosmosdb;
  /** The restorable account that has the second within its life; absent where there is none. */
  readonly restorable?: Restorable;
  /** `database/container` of what existed at the second; absent where the service does not say. */
  readonly existedThen?: readonly string[];
  /** Names that the run wants and that are taken. */
  readonly taken: readonly string[];
  readonly way?: Way;
  /** Permissions that this identity lacks. */
  readonly missingPermissions: readonly string[];
}

export interface Restorable {
  readonly id: string;
  readonly instanceId: string;
  readonly location: string;
  readonly oldestSecond: number;
  readonly createdSecond: number;
  readonly deletedSecond?: number;
  /** Regions in which it existed at the second. */
  readonly regions: readonly string[];
}

/** Part of every name that a run makes. */
function tagOf(run: string): string {
  return `sp-${run.slice(-8)}`;
}

const LATER = "-l";

/** Names of the accounts that a run makes. Azure compares them all over the world. */
export function targetsOf(account: string, run: string): { readonly target: string; readonly later: string } {
  const tag = `-${tagOf(run)}`;
  const stem = stemOf(account, LONGEST_NAME - tag.length - LATER.length);
  return { target: `${stem}${tag}`, later: `${stem}${tag}${LATER}` };
}

const MARK_LENGTH = 6;

/** Two accounts of a deployment may begin alike, and differ only in what has no room. */
function stemOf(account: string, room: number): string {
  if (account.length <= room) return account;
  const mark = createHash("sha256").update(account).digest("hex").slice(0, MARK_LENGTH);
  return `${account.slice(0, room - MARK_LENGTH - 1).replace(/-+$/, "")}-${mark}`;
}

export function planAccount(
  looked: LookedAt & { readonly restorable: Restorable; readonly way: Way },
  run: string,
  { clocks, lastSecond }: { readonly clocks: Clocks; readonly lastSecond: number },
): PlannedAccount {
  const { name, atSecond, atBackup, now, restorable, way } = looked;
  const { target, later } = targetsOf(atBackup.account, run);
  const coordinator = atBackup.containers.find((container) => container.coordinator)?.database ?? "";
  return {
    database: name,
    target,
    later: { target: later, coordinator, atSecond: earliestLaterSecond(lastSecond, clocks) },
    atSecond,
    way,
    source: restorable.id,
    wasDeleted: now === undefined,
    original: now === undefined ? atBackup : asRestored(atBackup, now),
    deletedSince: now === undefined ? [] : deletedSince(atBackup, now),
  };
}

/** The new account has what the second has, and gets the settings of today. */
function asRestored(atBackup: CapturedCosmosdb, now: CapturedCosmosdb): CapturedCosmosdb {
  return {
    ...now,
    databases: ofThen<CapturedDatabase>(atBackup.databases, now.databases),
    containers: ofThen<CapturedContainer>(atBackup.containers, now.containers),
  };
}

function ofThen<T extends { readonly rid: string }>(then: readonly T[], now: readonly T[]): T[] {
  const today = new Map(now.map((one) => [one.rid, one]));
  return then.map((one) => today.get(one.rid) ?? one);
}

function deletedSince(atBackup: CapturedCosmosdb, now: CapturedCosmosdb): readonly string[] {
  const there = new Set(now.containers.map(({ rid }) => rid));
  return atBackup.containers.filter(({ rid }) => !there.has(rid)).map(containerName);
}

/** Containers of today whose names the second does not have. */
export function createdSince({ atBackup, now }: LookedAt): readonly string[] {
  const known = new Set(atBackup.containers.map(containerName));
  return (now?.containers ?? []).map(containerName).filter((name) => !known.has(name));
}

/** Why this account cannot be restored to the second as things are; all reasons at once. */
export function refusals(looked: LookedAt): readonly string[] {
  return [...refusalsOf(looked)];
}

function* refusalsOf(looked: LookedAt): Generator<string> {
  const { atBackup, atSecond, restorable, taken, way, missingPermissions } = looked;
  const { account, instanceId } = atBackup;
  if (missingPermissions.length > 0)
    yield `this identity may not ${missingPermissions.join(", ")}; see docs/azure.md for the roles that a restore needs`;
  if (atBackup.multipleWriteRegions || looked.now?.multipleWriteRegions)
    yield `account "${account}" has several write regions: of those only what its hub has confirmed is restored, and ScalarDB cannot work on it`;
  for (const { id, level } of looked.now?.locksAbove ?? [])
    if (level === "ReadOnly")
      yield `lock "${id}" lets nothing be made beside account "${account}": take it off for as long as the restore lasts`;
  if (restorable === undefined)
    yield `account "${account}" (instance ${instanceId}) cannot be restored any more: the service lists no such account`;
  else yield* restorableRefusals(looked, restorable);
  for (const name of taken) yield `the name "${name}" is taken: an account has it`;
  if (way === undefined)
    yield `database "${looked.name}" says no verifyFrom: the restored account is closed, and could not be verified`;
  if (!atBackup.containers.some(({ coordinator }) => coordinator))
    yield `account "${account}" had no coordinator container at ${secondText(atSecond)}`;
}

function* restorableRefusals(
  { atBackup: { account, instanceId, containers, location }, atSecond, existedThen }: LookedAt,
  restorable: Restorable,
): Generator<string> {
  if (restorable.instanceId !== instanceId)
    yield `account "${account}" was made again since: the point needs instance ${instanceId}, and at ${secondText(atSecond)} there was ${restorable.instanceId}`;
  if (atSecond < restorable.oldestSecond)
    yield `account "${account}" can be restored from ${secondText(restorable.oldestSecond)} on, which is after ${secondText(atSecond)}`;
  if (!restorable.regions.some((region) => isSameRegion(region, location)))
    yield `account "${account}" did not exist in "${location}" at ${secondText(atSecond)}; it did in ${restorable.regions.join(", ") || "no region"}`;
  if (existedThen === undefined) return;
  const existed = new Set(existedThen);
  for (const name of containers.map(containerName).filter((each) => !existed.has(each)))
    yield `container "${name}" of account "${account}" did not exist at ${secondText(atSecond)}, though the backup has it`;
}

/** "Japan East" and "japaneast" are the same. */
export function isSameRegion(one: string, other: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll(" ", "");
  return plain(one) === plain(other);
}
