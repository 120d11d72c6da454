import type { PauseRecord } from "../catalog/model.ts";
import { all, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects, Clock } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import { endedPause } from "./pause-record.ts";

const ask = asker<BackupEffects>();

/**
 * Ends the record as soon as the gates were seen to: what comes after may take its time, and a sweep that finds the
 * record open past its deadline marks it. Answers what speaks against the window.
 */
export function* closePause(
  record: PauseRecord,
  evidence: Evidence,
  { wallMs }: Clock,
): Workflow<readonly string[]> {
  const late = wallMs > record.deadlineMs ? ["the deadline of the pause had passed when it ended"] : [];
  const [closing] = yield* all<{ markedBy?: string }>([
    ask.effect("close-pause", { record: endedPause(record, evidence) }),
  ]);
  if (!closing?.ok)
    return [
      `the catalog did not take the end of the pause: ${closing?.failure.message ?? "no answer"}`,
      ...late,
    ];
  const { markedBy } = closing.answer;
  return markedBy === undefined
    ? late
    : [`${markedBy} had marked this pause for unpausing before it ended`, ...late];
}
