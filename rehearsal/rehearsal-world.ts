import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { RehearsalDynamodb } from "./dynamodb/dynamodb.ts";
import type { Load } from "./ledger/clients.ts";
import type { TableNames, Totals } from "./ledger/totals.ts";

/** The deployment's name in the rehearsal's configuration, to be typed when something is deleted. */
export const DEPLOYMENT = "payments";

/** Instances and a DynamoDB on this machine, with a configuration file that Stillpoint runs with unchanged. */
export interface RehearsalWorld {
  readonly config: string;
  readonly dynamodb: RehearsalDynamodb;
  readonly client: DynamoDBClient;
  /** Physical names of the tables. */
  readonly names: TableNames;
  /** Clients that move money until they are stopped. */
  startLoad(clients: number, transfersPerSecond?: number): Load;
  totals(): Promise<Totals>;
  /** Damages the data as a person might, and says what was done. */
  ruin(): Promise<string>;
  stopInstances(): Promise<void>;
  /** Fresh processes on the same ports, as an operator starts them after a restore. */
  restartInstances(): Promise<void>;
  close(): Promise<void>;
}
