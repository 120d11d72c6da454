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
  /** What the story calls the service, and the things that hold the balances. */
  readonly words: { readonly service: "ledger" | "bank"; readonly things: "assets" | "accounts" };
  /** Clients that move money until they are stopped. */
  startLoad(clients: number, transfersPerSecond?: number): Load;
  /** Read from the tables, or from copies of them under other names. */
  totals(names?: TableNames): Promise<Totals>;
  /** Damages the data as a person might. */
  ruin(): Promise<Ruin>;
  stopInstances(): Promise<void>;
  /** Fresh processes on the same ports, as an operator starts them after a restore. */
  restartInstances(): Promise<void>;
  close(): Promise<void>;
}

export interface Ruin {
  /** What was done, in one sentence. */
  readonly done: string;
  /** Whether rows by themselves show it: a ledger's hashes do, a user table has nothing that could. */
  readonly showsInRows: boolean;
}
