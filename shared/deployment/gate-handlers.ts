import type { BackupEffects } from "../backup/effects.ts";
import { laterOf } from "../backup/own-clock.ts";
import { heldByOthers } from "../backup/pause-record.ts";
import type { Handlers } from "../workflow/effect.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { within } from "./within.ts";

/** Gates are shut meanwhile. */
const HELD_LIMIT_MS = 1_000;

type GateEffects = Pick<BackupEffects, "now" | "check-gates" | "unpause" | "held-by-others">;

/** What the backup, the sweep and the unpausing have in common. */
export function gateHandlers({ admin, catalog, clock }: OpenDeployment): Handlers<GateEffects> {
  return {
    now: async () => clock.read(),
    "check-gates": ({ instances, deadlineMs }) => admin.checkPaused(instances, { deadlineMs }),
    unpause: ({ instances, deadlineMs }) => admin.unpause(instances, { deadlineMs }),
    "held-by-others": async ({ pause, addresses }) => {
      const reading = catalog.pauses.open();
      const { records } = await within(HELD_LIMIT_MS, "say what other backups hold", reading);
      return heldByOthers(records, { pause, addresses }, laterOf(clock.read()));
    },
  };
}
