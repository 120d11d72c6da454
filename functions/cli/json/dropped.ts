import * as z from "zod";
import { Change, Dropped } from "../../../shared/settle/change.ts";
import type { Settlement } from "../../../shared/settle/settlement.ts";
import { output } from "./output.ts";

/** What a settling comes to: its transactions and changes are listed by `stillpoint dropped`. */
export const SettlementJson = z.strictObject({
  keptUntilMs: z.number(),
  pages: z.number().int(),
  changes: z.number().int(),
  dropped: z.number().int(),
  inDoubt: z.number().int(),
  newestKeptMs: z.number().exactOptional(),
}) satisfies z.ZodType<Settlement, unknown>;

/** `stillpoint dropped`: every transaction of which nothing is left, and every row that is changed for it. */
export const DroppedOutput = output({
  run: z.string(),
  deployment: z.string(),
  point: z.string(),
  settlement: SettlementJson,
  dropped: z.array(Dropped),
  changes: z.array(Change),
});
