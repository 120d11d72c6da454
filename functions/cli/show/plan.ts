import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { Mode } from "../../../shared/restore/mode.ts";
import type { PlanStep } from "../../../shared/restore/plan-step.ts";
import { lastSecondOf, type RestorePlan } from "../../../shared/restore/restore-plan.ts";
import { fact, listed, wrapped } from "./text.ts";
import { showTime } from "./time.ts";
import { unpausedPlanFacts } from "./unpaused.ts";

const UNDER_STEP = "    ";

/** A plan as people read it before they agree: nothing that is created, changed or deleted is left out. */
export function planLines({ id, point, deployment, plan }: PlannedRun): readonly string[] {
  const { text, restore } = plan;
  const named = (sentence: string) => sentence.replaceAll("RUN", id);
  return [
    `plan ${id}`,
    ...fact("deployment", deployment),
    ...fact("point", pointText(point, restore)),
    ...unpausedPlanFacts(restore),
    ...fact("mode", MODES[restore.kind][restore.mode]),
    ...fact("digest", plan.digest),
    "",
    ...text.steps.flatMap((step, index) => stepLines(step, index + 1, undoOf(text.steps, index), named)),
    "",
    "What it means",
    ...text.consequences.flatMap((sentence) => bullet(named(sentence))),
  ];
}

function pointText(point: string, plan: RestorePlan): string {
  if (plan.kind === "search") return `${point}, which it makes where it finds one`;
  return `${point}, second ${showTime(lastSecondOf(plan) * 1000)}`;
}

const MODES = {
  dynamodb: {
    "in-place": "in place: the copies replace the originals, under their own names",
    "side-by-side": "side by side: the copies are kept, the originals are left alone",
  },
  cosmosdb: {
    "in-place": "to take over: a new account gets everything that the old one has, which is left alone",
    "side-by-side": "side by side: a new account to be looked at, closed to everybody else",
  },
  jdbc: {
    "in-place": "in place: what is restored gets the original names, and what has them is kept under others",
    "side-by-side": "side by side: what is restored is kept beside the original, which is left alone",
  },
  managed: {
    "in-place": "in place: new servers get the names of the originals, which stay under other names",
    "side-by-side": "side by side: new servers under names of their own, the originals are left alone",
  },
  cassandra: {
    "in-place":
      "in place: Cassy puts the snapshot's files into the nodes' directories, which you have emptied",
    "side-by-side": "side by side: not with Cassy",
  },
  search: { "in-place": "", "side-by-side": "a search: nothing is replaced" },
} as const satisfies Record<RestorePlan["kind"], Record<Mode, string>>;

/** Said once where several steps in a row are undone in the same way. */
function undoOf(steps: readonly PlanStep[], index: number): string {
  const { undo = "" } = steps[index] ?? {};
  return steps[index - 1]?.undo === undo ? "as above" : undo;
}

function stepLines(
  step: PlanStep,
  number: number,
  undo: string,
  named: (sentence: string) => string,
): readonly string[] {
  const head = `${number}.`.padStart(3);
  const [first = "", ...others] = wrapped(named(step.does), UNDER_STEP);
  return [
    `${head} ${first.trimStart()}`,
    ...others,
    ...effectLines("creates", step.creates),
    ...effectLines("changes", step.changes),
    ...effectLines("deletes", step.deletes),
    ...fact("undo", named(undo), 8, UNDER_STEP),
  ];
}

function effectLines(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : fact(what, listed(names), 8, UNDER_STEP);
}

function bullet(sentence: string): readonly string[] {
  const [first = "", ...others] = wrapped(sentence, UNDER_STEP);
  return [`  - ${first.trimStart()}`, ...others];
}
