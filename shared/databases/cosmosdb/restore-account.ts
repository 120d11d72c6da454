import type { DatabaseAccountCreateUpdateParameters, DatabaseRestoreResource } from "@azure/arm-cosmosdb";
import { attempt, isStatus, isUnanswered, unlessAbsent } from "../../azure/arm/refusal.ts";
import { codeOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { CapturedCosmosdb } from "../../restore/cosmosdb/captured.ts";
import type { PlannedAccount } from "../../restore/cosmosdb/plan.ts";
import { RUN_TAG } from "../../restore/cosmosdb/settings.ts";
import { readAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";

export interface RestoreRequest {
  readonly account: PlannedAccount;
  readonly run: string;
  /** The whole account, or the coordinator alone at the later second. */
  readonly of: "copy" | "later";
}

/**
 * Whether an account anywhere in Azure has this name: it is the name of a host. Where the service does not tell, which
 * it had its days of, only ours are looked at: the restore itself is refused under a name that is taken.
 */
export async function nameTaken(connection: CosmosdbConnection, name: string): Promise<boolean> {
  const client = await connection.arm();
  try {
    return await attempt("ask whether an account has the name", name, async () => {
      const found = await unlessAbsent(() => client.databaseAccounts.checkNameExists(name));
      return found?.body ?? false;
    });
  } catch (error) {
    if (!["DATABASE_DENIED", "DATABASE_UNREACHABLE"].includes(codeOf(error))) throw error;
    return (await readAccount(connection, name)) !== undefined;
  }
}

/** Taken, or being made: by an earlier try of this step, or by somebody else. */
const THERE = [400, 409, 412] as const;

/**
 * Begins the restore to a new account: closed, with time to live off. There is no client token, but an account that
 * carries the run's tag is one that an earlier try of this step has begun.
 */
export async function startAccount(
  connection: CosmosdbConnection,
  request: RestoreRequest,
): Promise<{ operation?: string }> {
  const body = bodyOf(request);
  const made = { name: nameOf(request), run: request.run };
  if (await isOurs(connection, made)) return {};
  const action = `restore "${request.account.source}" as`;
  return attempt(action, made.name, async () => {
    try {
      return await begin(connection, made.name, body);
    } catch (error) {
      if (!isStatus(error, ...THERE) && !isUnanswered(error)) throw error;
      if (await isOurs(connection, made)) return {};
      throw error;
    }
  });
}

function nameOf({ account, of }: RestoreRequest): string {
  return of === "copy" ? account.target : account.later.target;
}

async function isOurs(
  connection: CosmosdbConnection,
  { name, run }: { readonly name: string; readonly run: string },
): Promise<boolean> {
  const account = await readAccount(connection, name);
  if (account === undefined) return false;
  if (account.tags?.[RUN_TAG] === run) return true;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `the name "${name}" is taken: an account has it that run "${run}" has not made`,
  );
}

async function begin(
  { armOnce, address }: CosmosdbConnection,
  name: string,
  body: DatabaseAccountCreateUpdateParameters,
): Promise<{ operation?: string }> {
  const client = await armOnce();
  let operation: string | undefined;
  await client.databaseAccounts
    .createOrUpdate(address.resourceGroup, name, body, {
      onResponse: ({ headers }) => {
        operation ??= headers.get("azure-asyncoperation");
      },
    })
    .submitted();
  return operation === undefined ? {} : { operation };
}

function bodyOf({ account, run, of }: RestoreRequest): DatabaseAccountCreateUpdateParameters {
  const { source, original, later } = account;
  const { location } = original;
  return {
    location: locationOf(source) ?? location,
    kind: "GlobalDocumentDB",
    databaseAccountOfferType: "Standard",
    createMode: "Restore",
    tags: { [RUN_TAG]: run },
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }],
    publicNetworkAccess: "Disabled",
    minimalTlsVersion: "Tls12",
    restoreParameters: {
      restoreMode: "PointInTime",
      restoreSource: source,
      restoreTimestampInUtc: wholeSecond(of === "copy" ? account.atSecond : later.atSecond),
      restoreWithTtlDisabled: true,
      ...(of === "later" && { databasesToRestore: [databaseOf(original, later.coordinator)] }),
    },
  };
}

/** With all its containers: some of those that share a throughput are refused. */
function databaseOf({ containers }: CapturedCosmosdb, database: string): DatabaseRestoreResource {
  const collectionNames = containers.flatMap((one) => (one.database === database ? [one.name] : []));
  return { databaseName: database, collectionNames };
}

/** The service promises nothing finer than a second, nor what it does with a fraction. */
function wholeSecond(second: number): Date {
  if (Number.isSafeInteger(second) && second > 0) return new Date(second * 1000);
  throw new StillpointError(
    "PLAN_OUTDATED",
    `an account is restored to a whole second, and the plan says ${second}`,
  );
}

/** The request belongs to the region of the restorable account, wherever the new one goes. */
function locationOf(source: string): string | undefined {
  return /\/locations\/([^/]+)\//i.exec(source)?.[1];
}
