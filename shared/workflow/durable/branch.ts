import type { All } from "../effect.ts";
import type { Journal } from "../journal.ts";
import { type Ended, UNDONE } from "./ended.ts";
import type { Task } from "./invocation.ts";

/** Side by side within an `all`. */
export const AT_A_TIME = 10;

/** No single effect costs more, and a poll is worth beginning with as many. */
export const LEAST_ALLOWANCE = 10;

export type Branch = Pick<Task, "effect" | "position">;

export function branchesOf({ effects }: All, position: string): readonly Branch[] {
  return effects.map((effect, index) => ({ effect, position: `${position}.${index}` }));
}

/** Whether nothing is left to do for it. */
export function isOver(journal: Pick<Journal, "remembers">, { effect, position }: Branch): boolean {
  return effect.kind !== "all" && journal.remembers(position);
}

/** How a branch ends that was not begun. */
export function restOf(journal: Pick<Journal, "remembers">, branch: Branch): Ended {
  return isOver(journal, branch) ? { kind: "in-journal", spent: 0, told: false } : UNDONE;
}

/** As many of the branches as there is room for, and what each may spend. */
export function turnOf<B>(
  left: readonly B[],
  room: number,
): { readonly begun: readonly B[]; readonly share: number } {
  const share = Math.max(LEAST_ALLOWANCE, Math.floor(room / left.length));
  return { begun: left.slice(0, Math.max(0, Math.floor(room / share))), share };
}
