import type { TableState } from "./watched.ts";

/** DynamoDB restores at most so many tables at a time, of an account in a region. */
export const MOST_RESTORES = 50;

/**
 * Where one table stands. `copying` and `replacing` are restores under way. The order is the procedure:
 * A ends at `copied`, B at `backed-up`, C and D at `replaced`.
 */
export const STAGES = [
  "waiting",
  "copying",
  "copied",
  "backing-up",
  "backed-up",
  "deleting",
  "deleted",
  "replacing",
  "replaced",
] as const;
export type Stage = (typeof STAGES)[number];

/** Where all lanes wait for each other. */
export type Goal = "copied" | "backed-up" | "replaced";

export type Action = "start-copy" | "start-backup" | "delete-original" | "start-replacement";

export interface Lane {
  readonly stage: Stage;
  readonly backupArn?: string;
}

/** What a lane that stands still before the goal must do next; undefined while something is under way. */
export function nextAction(stage: Stage, goal: Goal): Action | undefined {
  if (STAGES.indexOf(stage) >= STAGES.indexOf(goal)) return undefined;
  switch (stage) {
    case "waiting":
      return "start-copy";
    case "copied":
      return "start-backup";
    case "backed-up":
      return "delete-original";
    case "deleted":
      return "start-replacement";
    case "copying":
    case "backing-up":
    case "deleting":
    case "replacing":
    case "replaced":
      return undefined;
    default:
      return stage satisfies never;
  }
}

/** The stage that an action leads to once the service has taken it. */
export const LEADS_TO = {
  "start-copy": "copying",
  "start-backup": "backing-up",
  "delete-original": "deleting",
  "start-replacement": "replacing",
} as const satisfies Record<Action, Stage>;

/** Which lanes act now: restores only within the service's limit, everything else at once. */
export function actionsOf(lanes: readonly Lane[], goal: Goal): readonly (Action | undefined)[] {
  let free = MOST_RESTORES - lanes.filter(({ stage }) => stage === "copying" || stage === "replacing").length;
  return lanes.map(({ stage }) => {
    const action = nextAction(stage, goal);
    const restores = action === "start-copy" || action === "start-replacement";
    if (restores && free-- <= 0) return undefined;
    return action;
  });
}

/** Which of its tables a lane waits for, and for what. */
export function awaitedBy(
  stage: Stage,
): { readonly table: "temporary" | "original"; readonly until: "ACTIVE" | "ABSENT" } | undefined {
  if (stage === "copying") return { table: "temporary", until: "ACTIVE" };
  if (stage === "deleting") return { table: "original", until: "ABSENT" };
  if (stage === "replacing") return { table: "original", until: "ACTIVE" };
  return undefined;
}

/** The lane after a look at its temporary table, its original and its backup. */
export function observed(
  lane: Lane,
  seen: {
    readonly temporary: TableState;
    readonly original: TableState;
    readonly backup: string | undefined;
  },
): Lane {
  if (lane.stage === "copying" && seen.temporary === "ACTIVE") return { ...lane, stage: "copied" };
  if (lane.stage === "backing-up" && seen.backup === "AVAILABLE") return { ...lane, stage: "backed-up" };
  if (lane.stage === "deleting" && seen.original === "ABSENT") return { ...lane, stage: "deleted" };
  if (lane.stage === "replacing" && seen.original === "ACTIVE") return { ...lane, stage: "replaced" };
  return lane;
}

export function isUnderWay({ stage }: Lane): boolean {
  return stage === "copying" || stage === "backing-up" || stage === "deleting" || stage === "replacing";
}
