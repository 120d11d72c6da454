import type { Place } from "./place.ts";

/** A state that a resource is in until a time, and what happens then. */
export interface Phase {
  readonly status: string;
  readonly untilMs: number;
  readonly end?: () => void;
}

/** An instance or a cluster: its fields as the API tells them, and what it is going through. */
export interface Resource {
  readonly kind: "instance" | "cluster";
  /** Of this very one, whatever its name. */
  readonly id: string;
  name: string;
  fields: Record<string, unknown>;
  phases: Phase[];
  /** Not listed before: what is made or renamed is seen a while later. */
  listedFromMs: number;
  /** Where its log lies, for restores. */
  readonly bornMs: number;
  gone: boolean;
  /** Where its data really is. */
  place?: Place;
}

/** Lets pass what has passed by now. */
export function settle(resource: Resource, nowMs: number): void {
  for (;;) {
    const [phase] = resource.phases;
    if (phase === undefined || phase.untilMs > nowMs) return;
    resource.phases.shift();
    phase.end?.();
  }
}

export function statusOf({ phases }: Resource): string {
  return phases[0]?.status ?? "available";
}

/** Phases one after the other, from now on. */
export function begin(
  resource: Resource,
  nowMs: number,
  steps: readonly { readonly status: string; readonly ms: number; readonly end?: () => void }[],
): void {
  let atMs = nowMs;
  for (const { status, ms, end } of steps) {
    atMs += ms;
    resource.phases.push({ status, untilMs: atMs, ...(end && { end }) });
  }
}
