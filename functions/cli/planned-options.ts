import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { PlanOptions } from "./plan-asked.ts";

export interface RestoreOptions extends PlanOptions {
  /** A run that was planned before. */
  readonly plan?: string;
  readonly confirm?: string;
}

const OPTIONS = {
  point: "--point",
  at: "--at",
  settle: "--settle",
  nearest: "--nearest",
  after: "--after",
  sideBySide: "--side-by-side",
  detachReplicas: "--detach-replicas",
  acceptObserved: "--accept-observed",
  plan: "--plan",
  confirm: "--confirm",
} as const satisfies Record<keyof RestoreOptions, string>;

/** What was planned has these answers already; to pass over others in silence would be to promise them. */
export function refuseBesidePlan(what: string, options: RestoreOptions): void {
  const given = Object.entries(OPTIONS).flatMap(([option, called]) =>
    options[option as keyof RestoreOptions] ? [called] : [],
  );
  if (given.length > 0)
    throw new StillpointError("USAGE", `${what}: leave out ${given.join(", ")}; nothing was done`);
}
