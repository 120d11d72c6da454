import type { Effect } from "../effect.ts";
import type { Bench } from "./perform.ts";
import type { PollPace } from "./poll-wait.ts";

/** Effects that another function carries out: each gets an invocation of its own, with its own memory and time. */
export interface Elsewhere {
  readonly kinds: ReadonlySet<string>;
  /** With its version or alias. */
  readonly functionArn: string;
  readonly deployment: string;
}

/** What one invocation of a durable execution has at hand. */
export interface Invocation extends Bench {
  readonly pace: PollPace;
  readonly elsewhere: Elsewhere | undefined;
  /** Reports since the last body ran: they cost no operation, and are told by the next one. */
  untold: readonly Effect[];
}

/** An effect to be carried out, and how many operations there are for it. */
export interface Task {
  readonly effect: Effect;
  readonly position: string;
  readonly allowance: number;
}

export function nameOf({ effect, position }: Pick<Task, "effect" | "position">): string {
  return `${position}-${effect.kind}`;
}
