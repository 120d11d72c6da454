import type { AttributeValue, Delete, Update } from "@aws-sdk/client-dynamodb";
import { keyAttributeNames, keyAttributes } from "./key-bytes.ts";
import type { Mutation } from "./mutation.ts";

/** The parts of a request that name and hold values, numbered as ScalarDB numbers them. */
interface Placeholders {
  readonly names: Record<string, string>;
  readonly values: Record<string, AttributeValue>;
}

export type UpdateRequest = Update & { UpdateExpression: string };

export function updateRequest(prefix: string, mutation: Mutation & { kind: "put" }): UpdateRequest {
  const placeholders: Placeholders = { names: {}, values: {} };
  const set = Object.entries(mutation.columns).map(([name, value], position) => {
    placeholders.names[`#col${position}`] = name;
    placeholders.values[`:val${position}`] = value;
    return `#col${position} = :val${position}`;
  });
  const removed = mutation.cleared.map((name, position) => {
    placeholders.names[`#col${set.length + position}`] = name;
    return `#col${set.length + position}`;
  });
  const clauses = [...clause("SET", set), ...clause("REMOVE", removed)];
  return { ...common(prefix, mutation, placeholders), UpdateExpression: clauses.join(" ") };
}

export function deleteRequest(prefix: string, mutation: Mutation): Delete {
  return common(prefix, mutation, { names: {}, values: {} });
}

function clause(verb: string, parts: readonly string[]): readonly string[] {
  return parts.length > 0 ? [`${verb} ${parts.join(", ")}`] : [];
}

function common(prefix: string, mutation: Mutation, placeholders: Placeholders) {
  const condition = conditionExpression(mutation, placeholders);
  const { names, values } = placeholders;
  return {
    TableName: prefix + mutation.table.name,
    Key: keyAttributes(mutation.table, mutation.key),
    ...(condition && { ConditionExpression: condition }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function conditionExpression(
  { table, condition }: Mutation,
  { names, values }: Placeholders,
): string | undefined {
  const keys = keyAttributeNames(table);
  switch (condition.kind) {
    case "none":
      return undefined;
    case "absent":
      return keys.map((key) => `attribute_not_exists(${key})`).join(" AND ");
    case "present": {
      const equal = Object.entries(condition.equal).map(([name, value], position) => {
        names[`#ccol${position}`] = name;
        values[`:cval${position}`] = value;
        return `#ccol${position} = :cval${position}`;
      });
      return [...keys.map((key) => `attribute_exists(${key})`), ...equal].join(" AND ");
    }
    default:
      throw condition satisfies never;
  }
}
