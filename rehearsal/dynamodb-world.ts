import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { RehearsalDynamodb } from "./dynamodb/dynamodb.ts";
import type { TableNames, Totals } from "./ledger/totals.ts";
import { plainTables } from "./plain-tables.ts";
import { type RehearsalWorld, underLoad } from "./rehearsal-world.ts";

/** A world whose database is DynamoDB. */
export interface DynamodbWorld extends RehearsalWorld {
  readonly dynamodb: RehearsalDynamodb;
  readonly client: DynamoDBClient;
  /** Physical names of the tables. */
  readonly names: TableNames;
  /** Read from the tables, or from copies of them under other names. */
  totals(names?: TableNames): Promise<Totals>;
}

interface Parts {
  readonly config: string;
  readonly dynamodb: RehearsalDynamodb;
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  readonly totals: (names: TableNames) => Promise<Totals>;
}

/** It takes any credentials, but the SDK wants some. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "rehearsal", AWS_SECRET_ACCESS_KEY: "rehearsal" };

/** What worlds on DynamoDB have in common. */
export function dynamodbPart(parts: Parts) {
  const { dynamodb, client, config, names, totals } = parts;
  return {
    config,
    dynamodb,
    client,
    names,
    environment: CREDENTIALS,
    whereabouts: `DynamoDB at ${dynamodb.endpoint}`,
    scaled: dynamodb.scaled,
    now: () => dynamodb.now(),
    totals: (of: TableNames = names) => totals(of),
    plainCopies: async () => {
      const second = underLoad(dynamodb.now());
      return { of: "second", make: (turn: number) => plainTables(parts, second - turn, turn) } as const;
    },
    // The tables have their names again: nothing is to be changed.
    followUp: async () => [],
  } as const;
}
