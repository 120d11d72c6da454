import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../../../shared/config/config.ts";
import { Heart } from "../../../shared/deployment/heart.ts";
import { untilNextRound } from "../../../shared/deployment/sweep-round.ts";
import { messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { untilInterrupted } from "../interruption.ts";
import { SweepOutput } from "../json/gates.ts";
import { openCatalog } from "../opening.ts";
import { conclude, type Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { showTime } from "../show/time.ts";
import { onUncaught } from "../uncaught.ts";
import { sweepRound } from "./sweep.ts";

/** Much shorter than most pauses: what is overdue is open again at its deadline, or one interval later at the latest. */
const INTERVAL_MS = 10_000;

/** `stillpoint sweep --watch`: nothing ends it but its person. */
export async function watch(shell: Shell): Promise<Outcome> {
  using interruption = untilInterrupted(shell, { stopping: "the sweep ends after this round" });
  const { signal } = interruption;
  using _ = onUncaught(shell, () => {});
  shell.say(`sweeping every ${INTERVAL_MS / 1000} s until interrupted`);
  const { catalog, config } = openCatalog(shell);
  const whom = { intervalMs: INTERVAL_MS, deployments: namesOf(config) };
  await using heart = new Heart(catalog, { kind: "watch" }, whom);
  // A catalog that does not take it now may do so with the next beat.
  await heart.beat().catch(() => {});
  while (!signal.aborted) {
    const waitMs = await watchRound(shell, heart);
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
  return { schema: SweepOutput, value: { records: [], unreadable: [] }, lines: ["the sweep has ended"] };
}

function namesOf({ deployments }: Config): readonly string[] {
  return deployments.map(({ name }) => name);
}

/** What fails now may succeed in the next round. Answers when that is, in ms from now. */
async function watchRound(shell: Shell, heart: Heart): Promise<number> {
  try {
    // Opened anew, since the configuration may have changed.
    const opened = openCatalog(shell);
    const outcome = await sweepRound(shell, opened);
    const { records, unreadable } = outcome.value;
    heart.tell(outcome.failure?.message, namesOf(opened.config));
    if (records.length + unreadable.length > 0) {
      shell.say(showTime(Date.now()));
      conclude(shell, outcome);
    }
    return untilNextRound(records, Date.now(), INTERVAL_MS);
  } catch (error) {
    heart.tell(messageOf(error));
    shell.warn(`${showTime(Date.now())} this round failed: ${messageOf(error)}`);
    return INTERVAL_MS;
  }
}
