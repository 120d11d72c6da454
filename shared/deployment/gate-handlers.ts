import type { BackupEffects } from "../backup/effects.ts";
import { heldByOthers } from "../backup/pause-record.ts";
import type { Handlers } from "../workflow/effect.ts";
import type { OpenDeployment } from "./open-deployment.ts";

type GateEffects = Pick<BackupEffects, "now" | "check-gates" | "unpause" | "held-by-others">;

/** What the backup, the sweep and the unpausing have in common. */
export function gateHandlers({ admin, catalog, clock }: OpenDeployment): Handlers<GateEffects> {
  return {
    now: async () => clock.read(),
    "check-gates": ({ instances, deadlineMs }) => admin.checkPaused(instances, { deadlineMs }),
    unpause: ({ instances, deadlineMs }) => admin.unpause(instances, { deadlineMs }),
    "held-by-others": async ({ pause, addresses }) => {
      const { records } = await catalog.pauses.open();
      return heldByOthers(records, pause, addresses);
    },
  };
}
