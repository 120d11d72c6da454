import type { DatabaseAccountCreateUpdateParameters } from "@azure/arm-cosmosdb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { RUN_TAG } from "../../restore/cosmosdb/settings.ts";
import { readAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { attempt, isStatus, isUnanswered } from "./refusal.ts";

export interface RestoreRequest {
  /** Of the new account. */
  readonly name: string;
  readonly run: string;
  /** ARM id of the restorable account. */
  readonly source: string;
  readonly atSecond: number;
  /** Region of the new account. */
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** With all their containers; everything where it is absent. */
  readonly databases?: readonly { readonly name: string; readonly containers: readonly string[] }[];
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
  if (await isOurs(connection, request)) return {};
  const action = `restore "${request.source}" to second ${request.atSecond} as`;
  return attempt(action, request.name, async () => {
    try {
      return await begin(connection, request.name, body);
    } catch (error) {
      if (!isStatus(error, ...THERE) && !isUnanswered(error)) throw error;
      if (await isOurs(connection, request)) return {};
      throw error;
    }
  });
}

async function isOurs(connection: CosmosdbConnection, { name, run }: RestoreRequest): Promise<boolean> {
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

function bodyOf({
  run,
  source,
  atSecond,
  location,
  tags,
  databases,
}: RestoreRequest): DatabaseAccountCreateUpdateParameters {
  return {
    location: locationOf(source) ?? location,
    kind: "GlobalDocumentDB",
    databaseAccountOfferType: "Standard",
    createMode: "Restore",
    tags: { ...tags, [RUN_TAG]: run },
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }],
    publicNetworkAccess: "Disabled",
    minimalTlsVersion: "Tls12",
    restoreParameters: {
      restoreMode: "PointInTime",
      restoreSource: source,
      restoreTimestampInUtc: wholeSecond(atSecond),
      restoreWithTtlDisabled: true,
      ...(databases && {
        databasesToRestore: databases.map(({ name: databaseName, containers }) => ({
          databaseName,
          collectionNames: [...containers],
        })),
      }),
    },
  };
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
