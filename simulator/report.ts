import type { Breach } from "./oracle.ts";
import type { Scene } from "./scene.ts";

/** How one run ended, by what is true. */
export interface Report {
  readonly breaches: ReadonlySet<Breach>;
  /** Each breach in words, with its moment. */
  readonly details: readonly string[];
  /** Whether the first backup has given a restore point. */
  readonly isValid: boolean;
  /** How many times what the run is about really happened. */
  readonly occurred: number;
  readonly longestAfterDeathMs: number;
  /** How long the instances were held for the restore point. */
  readonly heldMs: number | undefined;
  /** Why there is no restore point. */
  readonly because: string | undefined;
}

export function reportOf({ world, oracle }: Scene, isValid: boolean, because: string | undefined): Report {
  return {
    breaches: new Set(oracle.findings.map(({ breach }) => breach)),
    details: oracle.findings.map(({ breach, atMs, detail }) => `${atMs.toFixed(3)} ms: ${breach}: ${detail}`),
    isValid,
    occurred: world.counters.reduce((sum, count) => sum + count(), world.occurred),
    longestAfterDeathMs: oracle.longestAfterDeathMs,
    heldMs: world.catalog.points[0]?.heldMs,
    because: isValid ? undefined : because,
  };
}

/** Refused though nothing went wrong. */
export function isFalselyRefused({ isValid, occurred }: Report): boolean {
  return !isValid && occurred === 0;
}
