import type { TableDescription } from "@aws-sdk/client-dynamodb";

/** Key schema and attribute types. */
export function keysText({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): string {
  const types = new Map(
    AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  return KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${KeyType} ${types.get(AttributeName)}`,
  ).join(", ");
}

/** Indexes with their keys and projections, in the order of their names. */
export function indexTexts({
  GlobalSecondaryIndexes = [],
  LocalSecondaryIndexes = [],
}: TableDescription): string[] {
  return [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]
    .map(({ IndexName, KeySchema = [], Projection }) => {
      const keys = KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(", ");
      const others = [...(Projection?.NonKeyAttributes ?? [])].sort();
      const included = others.length === 0 ? "" : ` ${others.join(", ")}`;
      return `${IndexName} (${keys}) ${Projection?.ProjectionType}${included}`;
    })
    .sort();
}
