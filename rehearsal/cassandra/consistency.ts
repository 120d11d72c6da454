import { Refusal } from "./refusal.ts";

/** In the order of the protocol's codes. */
const LEVELS = [
  "ANY",
  "ONE",
  "TWO",
  "THREE",
  "QUORUM",
  "ALL",
  "LOCAL_QUORUM",
  "EACH_QUORUM",
  "SERIAL",
  "LOCAL_SERIAL",
  "LOCAL_ONE",
] as const;

export type Consistency = (typeof LEVELS)[number];

export function consistencyOf(code: number): Consistency {
  const level = LEVELS[code];
  if (level === undefined) throw new Refusal("protocol", `Unknown code ${code} for a consistency level`);
  return level;
}

/** How many of a partition's replicas must answer. */
export function requiredOf(level: Consistency, replicas: number): number {
  switch (level) {
    case "ANY":
    case "ONE":
    case "LOCAL_ONE":
      return 1;
    case "TWO":
      return 2;
    case "THREE":
      return 3;
    case "QUORUM":
    case "LOCAL_QUORUM":
    case "EACH_QUORUM":
    case "SERIAL":
    case "LOCAL_SERIAL":
      return Math.floor(replicas / 2) + 1;
    case "ALL":
      return replicas;
    default:
      return level satisfies never;
  }
}

export function refuseUnlessAlive(level: Consistency, required: number, alive: number): void {
  if (alive >= required) return;
  const extra = Buffer.alloc(10);
  extra.writeUInt16BE(LEVELS.indexOf(level), 0);
  extra.writeInt32BE(required, 2);
  extra.writeInt32BE(alive, 6);
  throw new Refusal("unavailable", `Cannot achieve consistency level ${level}`, extra);
}
