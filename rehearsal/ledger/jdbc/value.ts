import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** What the clients of SQL servers take for a value. */
export type SqlValue = string | number | boolean | Buffer | null;

export function sqlValueOf(value: AttributeValue | undefined): SqlValue {
  if (value?.S !== undefined) return value.S;
  if (value?.N !== undefined) return Number(value.N);
  if (value?.BOOL !== undefined) return value.BOOL;
  if (value?.B !== undefined) return Buffer.from(value.B);
  return null;
}
