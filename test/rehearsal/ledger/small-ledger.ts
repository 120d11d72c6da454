import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { startDynalite } from "../../../rehearsal/dynamodb/embedded-dynalite.ts";
import { dynamodbClient, type Endpoint } from "../../../rehearsal/ledger/endpoint.ts";
import type { InstanceInput } from "../../../rehearsal/ledger/instance-options.ts";
import type { Ledger } from "../../../rehearsal/ledger/ledger.ts";
import { ledgerIdentity, openLedger } from "../../../rehearsal/ledger/open-ledger.ts";
import { type Grouping, openStorage } from "../../../rehearsal/ledger/storage.ts";
import type { Columns, Table } from "../../../rehearsal/ledger/table.ts";

export const PREFIX = "prod_";
const SEED = "test";
export const BALANCE = 1000;
const EXPIRY_MS = 400;

export interface SmallLedger extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly client: DynamoDBClient;
  readonly assets: readonly string[];
  readonly ledger: Ledger;
  /** What instances of this ledger are started with. */
  readonly instance: InstanceInput;
  rows(table: Table): Promise<readonly Columns[]>;
}

/** A newly opened ledger on a DynamoDB in this process, without PITR: quick to have. */
export async function smallLedger(count = 20): Promise<SmallLedger> {
  const database = await startDynalite();
  return openedOn(database.url, database.close, { count, grouping: "each-record", managed: false });
}

/** The same on the rehearsal's own DynamoDB, with all that its schema asks for. */
export async function rehearsalLedger(count = 20): Promise<SmallLedger> {
  const database = await startDynamodb();
  return openedOn(database.endpoint, database.close, { count, grouping: "together", managed: true });
}

interface Kind {
  readonly count: number;
  readonly grouping: Grouping;
  /** Whether the database has auto scaling and continuous backups. */
  readonly managed: boolean;
}

async function openedOn(url: string, close: () => Promise<void>, kind: Kind): Promise<SmallLedger> {
  const endpoint = { url, region: "us-east-1" };
  const opening = { endpoint, prefix: PREFIX, seed: SEED, assets: kind.count, balance: BALANCE };
  const assets = await openLedger({ ...opening, scaling: kind.managed, backup: kind.managed });
  const client = dynamodbClient(endpoint);
  const { grouping } = kind;
  const storage = openStorage(client, { prefix: PREFIX, grouping });
  const recovery = { now: Date.now, expiryMs: EXPIRY_MS };
  return {
    endpoint,
    client,
    assets,
    ledger: { storage, recovery, identity: ledgerIdentity(SEED) },
    instance: { endpoint, prefix: PREFIX, seed: SEED, grouping, recoveryExpiryMs: EXPIRY_MS },
    async rows(table) {
      const page = await client.send(
        new ScanCommand({ TableName: PREFIX + table.name, ConsistentRead: true }),
      );
      if (page.LastEvaluatedKey) throw new Error("a test's table must fit into one page");
      return page.Items ?? [];
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await close();
    },
  };
}
