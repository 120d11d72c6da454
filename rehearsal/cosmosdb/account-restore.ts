import { begin } from "../azure/long-running.ts";
import { type Answer, asWire, type Wire, without } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { instantInSecond, seededFraction } from "../dynamodb/cut.ts";
import { type Account, type Database, regionOf } from "./account.ts";
import {
  answerAccount,
  consistency,
  DEFAULT_PROPERTIES,
  describeAccount,
  locationsOf,
} from "./account-resource.ts";
import { Container, define, isExpired, partitionOfKey, type Throughput } from "./container.ts";
import { latestRestorableMs, oldestRestorableMs } from "./continuous-backup.ts";
import { addAccount } from "./new-account.ts";
import { refusal, refuse } from "./refusal.ts";
import { accountOfSource, containersAt, databasesAt } from "./restorable.ts";
import type { World } from "./world.ts";

/** What a restore was asked for, once it was found to be possible. */
interface Request {
  readonly source: Account;
  /** The start of the whole second that is restored. */
  readonly secondMs: number;
  readonly ttlDisabled: boolean;
  readonly wanted: readonly Wanted[] | undefined;
}

interface Wanted {
  readonly databaseName: string;
  readonly collectionNames?: readonly string[];
}

/** Answers at once; the account is `Creating` until its data is there. */
export async function restoreAccount(world: World, call: ManagedCall): Promise<Answer> {
  const given = asWire(call.wire["properties"]);
  const request = parse(world, given);
  const account = await addAccount(world, call, restoredProperties(request, given));
  const { restoreLeastMs, restoreMostMs } = world.pace;
  const share = seededFraction(world.seed, account.name, request.secondMs);
  return begin(world, call, {
    ms: world.faults.restoresHang ? HANGS_MS : restoreLeastMs + share * (restoreMostMs - restoreLeastMs),
    accepted: () => answerAccount(world, account),
    work: () => fill(world, account, request),
  });
}

/** A day: longer than any rehearsal. */
const HANGS_MS = 86_400_000;

/**
 * The consistency that is sent is ignored, and so that it must be set again the level is another than the source's.
 * Of the rest the account has what was sent, never what the source had.
 */
function restoredProperties({ source }: Request, given: Wire): Wire {
  return {
    ...DEFAULT_PROPERTIES,
    minimalTlsVersion: "Tls",
    backupPolicy: source.properties["backupPolicy"],
    ...given,
    consistencyPolicy: consistency("Session"),
    createMode: undefined,
  };
}

function parse(world: World, given: Wire): Request {
  const parameters = asWire(given["restoreParameters"]);
  const restoreSource = String(parameters["restoreSource"]);
  world.faults.checkPermission(
    "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/restore/action",
    restoreSource,
    world.identity.principalId,
  );
  const source =
    accountOfSource(world, restoreSource) ??
    refuse(400, "BadRequest", `The restore source '${restoreSource}' is no restorable database account`);
  checkShape(given, source);
  const atMs = Date.parse(String(parameters["restoreTimestampInUtc"]));
  checkTime(world, source, atMs);
  checkRegion(source, String(locationsOf(given)[0]?.locationName), atMs);
  const wanted = parameters["databasesToRestore"] as readonly Wanted[] | undefined;
  checkWanted(source, wanted ?? [], atMs);
  return {
    source,
    secondMs: Math.floor(atMs / 1000) * 1000,
    ttlDisabled: parameters["restoreWithTtlDisabled"] === true,
    wanted: wanted?.length ? wanted : undefined,
  };
}

function checkShape(given: Wire, source: Account): void {
  if (locationsOf(given).length !== 1)
    refuse(
      400,
      "BadRequest",
      "A restore request names exactly one location; add further regions afterwards.",
    );
  if (given["enableMultipleWriteLocations"] === true)
    refuse(400, "BadRequest", "Multi-region writes cannot be enabled in a restore request.");
  if (given["defaultIdentity"] !== undefined)
    refuse(
      400,
      "BadRequest",
      "DefaultIdentity is inherited from the source and cannot be sent in a restore request.",
    );
  if (source.properties["enableMultipleWriteLocations"] === true)
    refuse(400, "BadRequest", `The source account ${source.name} has multiple write locations.`);
}

function checkTime(world: World, source: Account, atMs: number): void {
  const invalid = (why: string) =>
    refuse(400, "BadRequest", `Invalid restore timestamp.  Please provide a time (in UTC) ${why}`);
  if (Number.isNaN(atMs)) invalid("in the ISO 8601 format");
  if (atMs > world.clock.now()) invalid("in the past");
  if (atMs < source.createdAtMs) invalid("after the account has been created");
  if (source.deletedAtMs !== undefined && atMs > source.deletedAtMs)
    invalid("before the account has been deleted");
  if (atMs < oldestRestorableMs(world, source)) invalid("after the oldest restorable time of the account");
}

function checkRegion(source: Account, location: string, atMs: number): void {
  if (regionOf(source, location, atMs)) return;
  refuse(
    400,
    "BadRequest",
    `The source account ${source.name} did not exist in location '${location}' at the restore timestamp`,
  );
}

function checkWanted(source: Account, wanted: readonly Wanted[], atMs: number): void {
  if (databasesAt(source, atMs).length === 0)
    refuse(404, "NotFound", `No databases of ${source.name} existed at the restore timestamp`);
  for (const { databaseName, collectionNames = [] } of wanted) {
    const database =
      databasesAt(source, atMs).find(({ definition }) => definition.id === databaseName) ??
      refuse(400, "BadRequest", `Database '${databaseName}' did not exist at the restore timestamp`);
    const there = containersAt(database, atMs).map(({ name }) => name);
    const missing = collectionNames.find((name) => !there.includes(name));
    if (missing !== undefined)
      refuse(
        400,
        "BadRequest",
        `Collection '${missing}' of '${databaseName}' did not exist at the restore timestamp`,
      );
  }
}

/** A timestamp that is not in every backup yet makes the operation fail, long after it was accepted. */
function fill(world: World, account: Account, request: Request): Wire {
  const { source, secondMs } = request;
  const latestMs = Math.min(
    ...databasesAt(source, secondMs)
      .flatMap((database) => containersAt(database, secondMs))
      .map((container) => latestRestorableMs(world, container) ?? 0),
  );
  if (source.deletedAtMs !== undefined && source.deletedAtMs > account.createdAtMs)
    fail(account, `account ${source.name} was deleted while it was being restored`);
  if (secondMs >= latestMs)
    fail(
      account,
      `the restore timestamp is later than the latest restorable timestamp ${new Date(latestMs).toISOString()}`,
    );
  for (const database of databasesAt(source, secondMs)) restoreDatabase(world, account, request, database);
  account.phase = "Succeeded";
  return describeAccount(world, account);
}

function fail(account: Account, why: string): never {
  account.phase = "Failed";
  throw refusal(400, "BadRequest", `The restore to ${account.name} failed: ${why}`);
}

function restoreDatabase(world: World, account: Account, request: Request, source: Database): void {
  const wanted = request.wanted?.find(({ databaseName }) => databaseName === source.definition.id);
  if (request.wanted && !wanted) return;
  const nowMs = world.clock.now();
  const chosen = containersAt(source, request.secondMs).filter(
    ({ name }) => !wanted?.collectionNames?.length || wanted.collectionNames.includes(name),
  );
  account.databases.push({
    createdAtMs: nowMs,
    deletedAtMs: undefined,
    definition: define(source.definition.resource, nowMs, source.definition.rid),
    throughput: restoredThroughput(world, source.throughput),
    containers: chosen.map((container) => restoreContainer(world, request, container)),
  });
}

/** Without its scripts: stored procedures, triggers and functions are not part of a backup. */
function restoreContainer(world: World, { secondMs, ttlDisabled }: Request, source: Container): Container {
  const { journal } = source;
  const definition = source.definitionAt(secondMs);
  const resource = ttlDisabled ? without(definition.resource, "defaultTtl") : definition.resource;
  const copy = new Container(
    define(resource, world.clock.now(), definition.rid),
    restoredThroughput(world, source.throughput),
    world.clock.now(),
    world.journalStatesMax,
  );
  const cut = { seed: world.seed, table: definition.rid };
  const documents = journal.snapshot((key) => instantInSecond(cut, partitionOfKey(key), secondMs));
  copy.fill(documents.filter((document) => !isExpired(definition, document, secondMs)));
  return copy;
}

const LEAST_RU = 400;

/** "May not match": as a fault, everything comes back with the least that there is. */
function restoredThroughput(world: World, source: Throughput | undefined): Throughput | undefined {
  if (source === undefined || !world.faults.restoresScaleDown) return source;
  return { kind: "manual", throughput: LEAST_RU };
}
