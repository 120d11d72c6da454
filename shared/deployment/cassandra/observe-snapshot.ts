import type { ObservedEffects } from "../../backup/effects.ts";
import type { Observation } from "../../backup/observation.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { watchGates } from "./watch-gates.ts";

/** Lets Cassy pause, take the snapshots and unpause, and watches every gate meanwhile. */
export function observeSnapshot(
  open: Pick<OpenDeployment, "admin" | "cassandra" | "clock">,
  { database, ...wish }: ObservedEffects["observe-snapshot"]["input"],
  interruption: AbortSignal,
): Promise<Observation> {
  return watchGates(open, wish, interruption, (withinMs, signal) =>
    open.cassandra(database).takeSnapshot({ type: "cluster", withinMs, signal }),
  );
}
