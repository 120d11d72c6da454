import { createHash } from "node:crypto";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Effect, Outcome } from "./effect.ts";

export interface Entry {
  readonly position: string;
  readonly kind: string;
  /** Digest of the effect, so that a journal is never replayed into a workflow that asks something else. */
  readonly effect: string;
  readonly outcome: Outcome;
  /** Whose entry it is: a process's, or a durable execution's in all its invocations. */
  readonly by: string;
}

/** No effect has this position. */
export const FENCE = "fence";

export function digestOf(effect: Effect): string {
  const plain = JSON.parse(JSON.stringify(effect, asEver)) as unknown;
  return createHash("sha256").update(canonicalJson(plain)).digest("hex").slice(0, 16);
}

/** Plans of DynamoDB said no kind while there was no other: their steps are still the same ones. */
function asEver(name: string, value: unknown): unknown {
  if (name !== "plan") return value;
  const { kind, ...others } = (value ?? {}) as { readonly kind?: unknown };
  return kind === "dynamodb" ? others : value;
}

/** The outcome that an entry holds of this effect; `JOURNAL_DIVERGED` where it is of another one. */
export function outcomeIn(entry: Omit<Entry, "by">, effect: Effect, run: string): Outcome {
  if (entry.kind === effect.kind && entry.effect === digestOf(effect)) return entry.outcome;
  throw new StillpointError(
    "JOURNAL_DIVERGED",
    `journal of run "${run}" has "${entry.kind}" at step ${entry.position} where this version would do "${effect.kind}"`,
  );
}
