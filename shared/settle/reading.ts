import type { VerificationEffects } from "../verify/effects.ts";
import type { SettlingEffects } from "./effects.ts";

/** Everything that reads rows, or judges what was read: it may have a host of its own, with memory, disk and time. */
export type ReadingEffects = VerificationEffects & SettlingEffects;

const KINDS: Readonly<Record<keyof ReadingEffects, true>> = {
  "scan-segment": true,
  "judge-parts": true,
  "remove-parts": true,
  "list-quiet": true,
  "scan-to-settle": true,
  "settle-parts": true,
};

export const READING_KINDS = Object.keys(KINDS) as readonly (keyof ReadingEffects)[];
