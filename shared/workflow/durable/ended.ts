import { type Failure, StillpointError } from "../../errors/stillpoint-error.ts";
import { type All, type Effect, NEVER_JOURNALLED, type Outcome } from "../effect.ts";
import type { Journal } from "../journal.ts";

type Recalling = Pick<Journal, "recall">;

/** What was spent on an effect in this execution. */
interface Effort {
  /** Durable operations: attempts and polls are counted by the service too. */
  readonly spent: number;
  /** Whether a body of ours ran for it, which tells the reports that wait. */
  readonly told: boolean;
}

/** How an effect ended, as JSON that the engine keeps and gives back on every replay. */
export type Ended =
  | (Effort & { readonly kind: "answered"; readonly outcome: Outcome })
  /** Answered before this execution began, or too large for the engine. An entry never changes. */
  | (Effort & { readonly kind: "in-journal" })
  /** There is no room for it in this execution; what it has done is kept. */
  | (Effort & { readonly kind: "undone" })
  /** The run is not ours any more, or cannot be written down. */
  | (Effort & { readonly kind: "stopped"; readonly failure: Failure })
  | (Effort & { readonly kind: "all"; readonly branches: readonly Ended[] });

/** What the workflow is resumed with, or why it is not. */
export type Settled =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "undone" }
  | { readonly kind: "stopped"; readonly failure: Failure };

export const UNDONE: Ended = { kind: "undone", spent: 0, told: false };

/** Checkpoints travel in batches of 750 KB, and every invocation loads them all again. */
const LARGEST_OUTCOME_BYTES = 100_000;

/** An outcome as the engine keeps it; what is large stays in the journal, where it was recorded. */
export function answered(outcome: Outcome, effort: Effort, isRecorded: boolean): Ended {
  const isLarge = isRecorded && Buffer.byteLength(JSON.stringify(outcome)) > LARGEST_OUTCOME_BYTES;
  return isLarge ? { ...effort, kind: "in-journal" } : { ...effort, kind: "answered", outcome };
}

export function spentOn(ended: Ended): number {
  const within = ended.kind === "all" ? ended.branches.map(spentOn) : [];
  return within.reduce((sum, spent) => sum + spent, ended.spent);
}

export function wasTold(ended: Ended): boolean {
  return ended.told || (ended.kind === "all" && ended.branches.some(wasTold));
}

/** The same on every replay. */
export function settle(journal: Recalling, { effect, position }: Asked, ended: Ended): Settled {
  switch (ended.kind) {
    case "undone":
    case "stopped":
      return ended;
    case "answered":
      return { kind: "outcome", outcome: ended.outcome };
    case "in-journal":
      return { kind: "outcome", outcome: recalled(journal, { effect, position }) };
    case "all":
      return together(
        ofBranches({ effect, position }, ended).map(([of, branch]) => settle(journal, of, branch)),
      );
    default:
      return ended satisfies never;
  }
}

/**
 * Makes history of what no body has written down yet: sleeps, and failures once all of the effect is done and the
 * workflow goes on in spite of them.
 */
export function defer(
  journal: Pick<Journal, "defer">,
  { effect, position }: Asked,
  ended: Ended,
  isDone: boolean,
): void {
  if (ended.kind === "all")
    for (const [of, branch] of ofBranches({ effect, position }, ended)) defer(journal, of, branch, isDone);
  if (ended.kind === "answered" && (isDone || ended.outcome.ok) && !NEVER_JOURNALLED.has(effect.kind))
    journal.defer(position, effect, ended.outcome);
}

interface Asked {
  readonly effect: Effect;
  readonly position: string;
}

function ofBranches(
  { effect, position }: Asked,
  { branches }: Ended & { readonly kind: "all" },
): readonly (readonly [Asked, Ended])[] {
  const { effects } = effect as All;
  return branches.map((branch, index) => {
    const of = { effect: effects[index] ?? effect, position: `${position}.${index}` };
    return [of, branch] as const;
  });
}

function together(branches: readonly Settled[]): Settled {
  const stopped = branches.find(({ kind }) => kind === "stopped");
  if (stopped !== undefined) return stopped;
  const outcomes = branches.flatMap((branch) => (branch.kind === "outcome" ? [branch.outcome] : []));
  if (outcomes.length < branches.length) return { kind: "undone" };
  return { kind: "outcome", outcome: { ok: true, answer: outcomes } };
}

function recalled(journal: Recalling, { effect, position }: Asked): Outcome {
  const outcome = journal.recall(position, effect);
  if (outcome !== undefined) return outcome;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `the journal has lost its entry of "${effect.kind}" at step ${position}; nothing more was done`,
  );
}
