import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ColumnType } from "../../verify/row-source.ts";

/** A value as the driver has it, as CQL takes it. */
export function cqlLiteral(value: unknown, type: ColumnType): string {
  switch (type) {
    case "boolean":
    case "int":
    case "bigint":
      return String(value);
    case "float":
    case "double":
      // The two zeros are two values to Cassandra.
      return Object.is(value, -0) ? "-0.0" : String(value);
    case "blob":
      return bytesLiteral(value);
    case "timestamp":
    case "timestamptz":
      return String(momentOf(value).getTime());
    case "date":
    case "time":
    case "text":
      return `'${String(value).replaceAll("'", "''")}'`;
    default:
      return type satisfies never;
  }
}

function bytesLiteral(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw notOf("blob", value);
  return `0x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}

function momentOf(value: unknown): Date {
  if (!(value instanceof Date)) throw notOf("timestamp", value);
  return value;
}

function notOf(type: string, value: unknown): StillpointError {
  return new StillpointError("DATABASE_REFUSED", `cannot ask for a ${type} that is "${String(value)}"`);
}
