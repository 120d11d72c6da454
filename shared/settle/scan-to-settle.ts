import { keepPart, withKeptPart } from "../verify/kept-part.ts";
import type { Part } from "../verify/part.ts";
import { Scratch } from "../verify/scratch.ts";
import type { Workroom } from "../verify/workroom.ts";
import type { SettlingEffects } from "./effects.ts";
import { SettlingSpill } from "./settling-spill.ts";
import { takeInToSettle } from "./take-in.ts";

type ScanToSettle = SettlingEffects["scan-to-settle"]["input"];

/** Reads one segment of a copy, and keeps as a part what decides which transactions stand. */
export async function scanToSettle(room: Workroom, input: ScanToSettle): Promise<Part> {
  return (await scan(room, input, () => null)).part;
}

/** What is made of the part of a segment that was read before. Where the part is gone, the segment is read again. */
export async function withSegmentToSettle<T>(
  room: Workroom,
  { part, ...input }: ScanToSettle & { readonly part: Part },
  use: (file: string) => T,
): Promise<T> {
  const kept = await withKeptPart(room, input.frame.run, part, use);
  return (kept ?? (await scan(room, input, use))).used;
}

async function scan<T>(
  room: Workroom,
  { frame, table, segment, segments }: ScanToSettle,
  use: (file: string) => T,
): Promise<{ readonly part: Part; readonly used: T }> {
  using scratch = new Scratch(room.scratchDir);
  const spill = new SettlingSpill(scratch);
  const read = await takeInToSettle(room.read(table, segment, segments), { frame, table, place: 0, spill });
  const file = scratch.save();
  const part = await keepPart(room, frame.run, { file, ...read });
  return { part, used: use(file) };
}
