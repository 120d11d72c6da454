import type { PauseRecord } from "../../../shared/catalog/model.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { commandLines } from "./command.ts";
import { pauserFacts, verdictFacts } from "./observed.ts";
import { basisText, windowText } from "./point.ts";
import { fact, listed } from "./text.ts";
import { showTime } from "./time.ts";

const STATES: Readonly<Record<PauseRecord["state"], string>> = {
  open: "open: instances may be paused, and its backup is at work (or died)",
  swept: "swept: marked for unpausing, so its window can never be called valid",
  unsettled: "unsettled: instances may still be paused, or a Pause may still be under way",
  closed: "closed: every instance is open",
};

/** Everything about one pause. */
export function pauseLines(pause: PauseRecord): readonly string[] {
  const { verdict, window } = pause;
  return [
    `pause ${pause.id}`,
    ...fact("deployment", pause.deployment),
    ...fact("state", STATES[pause.state]),
    ...(pause.markedBy === undefined ? [] : fact("marked by", pause.markedBy)),
    ...pauserFacts(pause),
    ...fact("opened", showTime(pause.openedMs)),
    ...fact("deadline", showTime(pause.deadlineMs)),
    ...(window ? fact("window", windowText(window)) : []),
    ...(verdict ? fact("verdict", verdict.kind) : []),
    ...(verdict ? verdictFacts(verdict) : []),
    ...(verdict?.kind === "invalid" ? verdict.reasons.flatMap((reason) => fact("because", reason)) : []),
    ...commandLines(pause.command),
    ...fact("list", basisText(pause.instances.length, pause.basis)),
    ...fact("instances", listed(pause.instances.map(addressOf))),
    ...(pause.unsettled.length === 0 ? [] : fact("unsettled", listed(pause.unsettled))),
  ];
}
