import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { isRefusal } from "../../databases/dynamodb/refusal.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type CatalogAddress, whereOf } from "./table.ts";

/** The key of a catalog's table. */
export const SHAPE = {
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
} as const satisfies Pick<TableDescription, "AttributeDefinitions" | "KeySchema">;

/** How the service answers reads and writes by a key that the table does not have; it has no code for it. */
const OTHER_KEY =
  /does not match the schema|does not match schema type|missed key schema element|Missing the key|Type mismatch for key/i;

/** Whether the table has another key than that of a catalog: it is the table of something else. */
export function isOtherKey(error: unknown): boolean {
  return (
    isRefusal(error, "ValidationException", "TransactionCanceledException") &&
    OTHER_KEY.test((error as Error).message)
  );
}

export function hasShape({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): boolean {
  return shapeText(KeySchema, AttributeDefinitions) === OUR_SHAPE;
}

/** With the key that the table has, where that is known. */
export function otherShape(
  address: CatalogAddress,
  state: string,
  found?: TableDescription,
  cause?: unknown,
): StillpointError {
  const { KeySchema = [], AttributeDefinitions = [] } = found ?? {};
  const is = found === undefined ? "is another" : `is ${shapeText(KeySchema, AttributeDefinitions)}`;
  return new StillpointError(
    "CATALOG_UNREADABLE",
    `cannot use ${whereOf(address)} for the catalog: its key ${is}, and must be ${OUR_SHAPE}; ${state}. ` +
      "Name another table",
    cause === undefined ? {} : { cause },
  );
}

function shapeText(
  keys: NonNullable<TableDescription["KeySchema"]> | typeof SHAPE.KeySchema,
  attributes: NonNullable<TableDescription["AttributeDefinitions"]> | typeof SHAPE.AttributeDefinitions,
): string {
  const typeOf = (name: string | undefined) =>
    attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? "unknown";
  return keys
    .map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType} ${typeOf(AttributeName)})`)
    .join(", ");
}

const OUR_SHAPE = shapeText(SHAPE.KeySchema, SHAPE.AttributeDefinitions);
