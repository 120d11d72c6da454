import * as z from "zod";
import type { BackupResult } from "../../../shared/backup/backup-result.ts";
import { CommandRecord } from "../../../shared/catalog/model.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { WindowJson } from "./instance.ts";
import { output } from "./output.ts";
import { PointJson, pointJson } from "./point.ts";

/** `stillpoint backup` */
export const BackupOutput = output({
  deployment: z.string(),
  /** Absent where nobody had to be paused. */
  pause: z.string().exactOptional(),
  verdict: z.enum(["valid", "observed", "invalid"]),
  reasons: z.array(z.string()),
  window: WindowJson.exactOptional(),
  heldMs: z.number(),
  stillPaused: z.array(z.string()),
  /** Held by another backup by then, and left to it. */
  leftAlone: z.array(z.string()),
  /** What ran inside the pause, whatever came of it. */
  command: CommandRecord.exactOptional(),
  point: PointJson.exactOptional(),
});

export function backupJson(
  deployment: string,
  { pause, verdict, window, heldMs, stillPaused, leftAlone, command, point }: BackupResult,
): z.infer<typeof BackupOutput> {
  return {
    deployment,
    ...(pause !== undefined && { pause }),
    verdict: verdict.kind,
    reasons: verdict.kind === "invalid" ? verdict.reasons : [],
    ...(window && { window }),
    heldMs,
    stillPaused: stillPaused.map(addressOf),
    leftAlone: leftAlone.map(addressOf),
    ...(command && { command }),
    ...(point && { point: pointJson(point) }),
  };
}
