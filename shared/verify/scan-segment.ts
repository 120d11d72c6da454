import type { ScanSegment } from "./effects.ts";
import { keepTotals } from "./intake-totals.ts";
import { keepPart, withKeptPart } from "./kept-part.ts";
import { KeyRing } from "./key-ring.ts";
import type { Part } from "./part.ts";
import { Scratch } from "./scratch.ts";
import { openSpills } from "./spills.ts";
import { takeIn } from "./take-in.ts";
import type { Workroom } from "./workroom.ts";

/** Reads one segment of a table, and keeps as a part what is to be held against other rows. */
export async function scanSegment(room: Workroom, input: ScanSegment): Promise<Part> {
  return (await scan(room, input, () => null)).part;
}

/** What is made of the part of a segment that was read before. Where the part is gone, the segment is read again. */
export async function withSegment<T>(
  room: Workroom,
  { part, ...input }: ScanSegment & { readonly part: Part },
  use: (file: string) => T,
): Promise<T> {
  const kept = await withKeptPart(room, input.frame.run, part, use);
  return (kept ?? (await scan(room, input, use))).used;
}

/** As `withSegment`, without a look at what was kept. */
export async function scan<T>(
  room: Workroom,
  input: ScanSegment,
  use: (file: string) => T,
): Promise<{ readonly part: Part; readonly used: T }> {
  if (input.keys.length === 0) return scanWith(room, input, undefined, use);
  using scratch = new Scratch(room.scratchDir);
  return await scanWith(room, input, await ringOf(room, input, scratch), use);
}

async function scanWith<T>(
  room: Workroom,
  { frame, table, segment, segments }: ScanSegment,
  ring: KeyRing | undefined,
  use: (file: string) => T,
): Promise<{ readonly part: Part; readonly used: T }> {
  using scratch = new Scratch(room.scratchDir);
  const spills = openSpills(scratch);
  const pages = room.read(table, segment, segments);
  const totals = await takeIn(pages, { frame, table, place: 0, spills, ...(ring && { ring }) });
  keepTotals(scratch, totals);
  const file = scratch.save();
  // Also where the segment was read again: whoever needs it next need not.
  const { count, digest } = totals;
  const part = await keepPart(room, frame.run, { file, count, digest });
  return { part, used: use(file) };
}

async function ringOf(room: Workroom, { frame, keys }: ScanSegment, scratch: Scratch): Promise<KeyRing> {
  const expectsContracts = keys.some(({ table }) => table.schema.role === "contract");
  const ring = new KeyRing(scratch, { openSecret: room.openSecret, expectsContracts });
  for (const key of keys) {
    const merge = (file: string) => scratch.withAttached(file, () => ring.merge());
    await withSegment(room, { frame, ...key, keys: [] }, merge);
  }
  return ring;
}
