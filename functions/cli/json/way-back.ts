import * as z from "zod";

const by = z.enum(["last-point", "quiet-second", "settling", "own-recovery"]);
const cost = { backToSecond: z.number().int(), costMs: z.number() };

/** A way back after a disaster at this moment; see `WayBack`. */
export const WayBackJson = z.discriminatedUnion("kind", [
  z.strictObject({ by, kind: z.literal("possible"), ...cost, perhaps: z.array(z.string()).exactOptional() }),
  z.strictObject({ by, kind: z.literal("recorded"), ...cost, because: z.string().exactOptional() }),
  z.strictObject({ by, kind: z.literal("impossible"), because: z.array(z.string()).min(1) }),
  z.strictObject({ by, kind: z.literal("unknown"), because: z.string() }),
]);
