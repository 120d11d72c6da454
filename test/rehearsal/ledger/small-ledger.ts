import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { startDynalite } from "../../../rehearsal/dynamodb/embedded-dynalite.ts";
import { dynamodbClient, type Endpoint } from "../../../rehearsal/ledger/endpoint.ts";
import type { InstanceInput } from "../../../rehearsal/ledger/instance-options.ts";
import type { Ledger } from "../../../rehearsal/ledger/ledger.ts";
import { ledgerIdentity, openLedger } from "../../../rehearsal/ledger/open-ledger.ts";
import { openStorage } from "../../../rehearsal/ledger/storage.ts";
import type { Columns, Table } from "../../../rehearsal/ledger/table.ts";

export const PREFIX = "prod_";
export const SEED = "test";
export const BALANCE = 1000;
export const EXPIRY_MS = 400;

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
  const endpoint = { url: database.url, region: "us-east-1" };
  const opening = { endpoint, prefix: PREFIX, seed: SEED, assets: count, balance: BALANCE };
  const assets = await openLedger({ ...opening, scaling: false, backup: false });
  const client = dynamodbClient(endpoint);
  const storage = openStorage(client, { prefix: PREFIX, grouping: "each-record" });
  const recovery = { now: Date.now, expiryMs: EXPIRY_MS };
  return {
    endpoint,
    client,
    assets,
    ledger: { storage, recovery, identity: ledgerIdentity(SEED) },
    instance: { endpoint, prefix: PREFIX, seed: SEED, grouping: "each-record", recoveryExpiryMs: EXPIRY_MS },
    async rows(table) {
      const page = await client.send(
        new ScanCommand({ TableName: PREFIX + table.name, ConsistentRead: true }),
      );
      if (page.LastEvaluatedKey) throw new Error("a test's table must fit into one page");
      return page.Items ?? [];
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await database.close();
    },
  };
}
