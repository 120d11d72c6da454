import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { requestLimits } from "../../aws/request-limits.ts";

/** The table that holds a catalog: partition key `pk`, sort key `sk`, both text. */
export interface CatalogAddress {
  readonly table: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

/** As much of the SDK's client as a catalog takes. */
export type CatalogClient = Pick<DynamoDBClient, "send">;

export interface CatalogTable extends CatalogAddress {
  readonly client: CatalogClient;
}

/** For one attempt. */
const TIMEOUTS = requestLimits(1_500, 4_000);

/** The client never repeats anything by itself: what a repetition means for a conditional write is ours to know. */
export function connectCatalog(address: CatalogAddress): CatalogTable {
  const { region, endpoint, profile } = address;
  const client = new DynamoDBClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    maxAttempts: 1,
    requestHandler: TIMEOUTS,
  });
  return { ...address, client };
}

/** `table "stillpoint-catalog" in "ap-northeast-1"` */
export function whereOf({ table, region }: CatalogAddress): string {
  return `table "${table}" in "${region}"`;
}
