import { consistencyOf } from "../consistency.ts";
import { Refusal } from "../refusal.ts";
import type { Parameters } from "../request.ts";
import type { Value } from "../value.ts";
import type { BodyReader } from "./notation.ts";

const FLAG = {
  values: 0x01,
  skipMetadata: 0x02,
  pageSize: 0x04,
  pagingState: 0x08,
  serialConsistency: 0x10,
  timestamp: 0x20,
  names: 0x40,
} as const;

/** What comes with QUERY and EXECUTE. */
export function readParameters(reader: BodyReader): Parameters {
  const level = consistencyOf(reader.short());
  const flags = reader.byte();
  const has = (flag: keyof typeof FLAG) => (flags & FLAG[flag]) !== 0;
  const names: string[] = [];
  const values: (Value | undefined)[] = [];
  for (let left = has("values") ? reader.short() : 0; left > 0; left--) {
    if (has("names")) names.push(reader.string().toLowerCase());
    values.push(reader.value());
  }
  const pageSize = has("pageSize") ? reader.int() : 0;
  const pagingState = has("pagingState") ? reader.bytes() : null;
  const serialLevel = has("serialConsistency") ? serialOf(reader) : "SERIAL";
  const timestamp = has("timestamp") ? Number(reader.long()) : undefined;
  return {
    values,
    ...(has("names") && { names }),
    level,
    serialLevel,
    ...(pageSize > 0 && { pageSize }),
    ...(pagingState !== null && { pagingState }),
    ...(timestamp !== undefined && { timestamp }),
    ...(has("skipMetadata") && { skipMetadata: true }),
  };
}

/** What comes at the end of BATCH, for all of its statements. */
export function readBatchParameters(reader: BodyReader): Parameters {
  const level = consistencyOf(reader.short());
  const flags = reader.byte();
  const serialLevel = (flags & FLAG.serialConsistency) !== 0 ? serialOf(reader) : "SERIAL";
  const timestamp = (flags & FLAG.timestamp) !== 0 ? { timestamp: Number(reader.long()) } : {};
  return { values: [], level, serialLevel, ...timestamp };
}

function serialOf(reader: BodyReader): Parameters["serialLevel"] {
  const level = consistencyOf(reader.short());
  if (level === "SERIAL" || level === "LOCAL_SERIAL") return level;
  throw new Refusal(
    "invalid",
    `Invalid consistency for conditional update. Must be one of SERIAL or LOCAL_SERIAL`,
  );
}
