import { secondText } from "../../verify/time-text.ts";
import { NOTHING, type PlanStep, type PlanText } from "../plan-step.ts";
import { writesSince } from "../plan-text.ts";
import type { CapturedManaged } from "./captured.ts";
import type { ManagedPlan } from "./plan.ts";

/** The plan in words. Everything in it comes from the plan itself, so that the text cannot promise something else. */
export function describeManagedPlan(plan: ManagedPlan, nowMs: number): PlanText {
  return { steps: stepsOf(plan), consequences: [...consequences(plan, nowMs)] };
}

const UNDO = "stillpoint restore abandon RUN deletes the new servers; no original is touched";

function stepsOf(plan: ManagedPlan): readonly PlanStep[] {
  return [
    ...(plan.mode === "in-place" ? [stoppedStep(plan)] : []),
    waitStep(plan),
    restoreStep(plan),
    settingsStep(plan),
    verifyStep(),
    ...(plan.mode === "in-place" ? [swapStep(plan)] : []),
    compareStep(),
  ];
}

function stoppedStep({ instances }: ManagedPlan): PlanStep {
  const does = `Check that every instance is stopped (${instances.length} recorded at the backup, and whatever discovery finds), now and again before names are swapped`;
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function waitStep({ servers }: ManagedPlan): PlanStep {
  const latest = Math.max(...servers.map(({ atSecond }) => atSecond));
  const does = `Wait until every server can be restored to ${secondText(latest)} (the services' own backups are some minutes behind)`;
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function restoreStep({ servers }: ManagedPlan): PlanStep {
  const sources = servers.map(({ original, atSecond }) => `${original.server} at ${secondText(atSecond)}`);
  const creates = servers.flatMap(({ target, members }) => [
    `server ${target}`,
    ...members.map((member) => `instance ${member.target} of ${target}`),
  ]);
  return {
    does: `Restore ${sources.join(", ")} to a new server, with every captured setting that can be passed`,
    ...NOTHING,
    creates,
    undo: UNDO,
  };
}

function settingsStep({ servers }: ManagedPlan): PlanStep {
  const changes = servers.map(({ target, original }) => `of ${target}: ${settingsText(original)}`);
  const does = "Set what could not be passed, and restart the new server where a setting needs it";
  return { does, ...NOTHING, changes, undo: UNDO };
}

function settingsText({ settings, tags }: CapturedManaged): string {
  const set = Object.entries(settings).flatMap(([name, value]) => (value === null ? [] : [name]));
  return [...set, ...(Object.keys(tags).length > 0 ? ["tags"] : [])].join(", ");
}

function verifyStep(): PlanStep {
  const does =
    "Read every row of the new servers and verify it; one that is disproven stops the restore here";
  return { does, ...NOTHING, undo: UNDO };
}

function swapStep({ servers }: ManagedPlan): PlanStep {
  const changes = servers.flatMap(({ original, target, kept, members }) => [
    `${original.server} is called ${kept}, and ${target} is called ${original.server}`,
    ...members.map(
      (member) =>
        `instance ${member.name} is called ${member.kept}, and ${member.target} is called ${member.name}`,
    ),
  ]);
  return {
    does: "Check again that every instance is stopped, then swap the names; the originals stay, and nothing of them is deleted",
    ...NOTHING,
    changes,
    undo: "by hand: rename the new server, then the original back; both are there",
  };
}

function compareStep(): PlanStep {
  const does = "Compare the new servers' settings with the originals', one by one";
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function* consequences(plan: ManagedPlan, nowMs: number): Generator<string> {
  const { servers, mode } = plan;
  if (mode === "in-place") {
    yield discardedByRename(plan, nowMs);
    yield "While names are swapped, some minutes for each server, nothing answers under the original name";
    yield `The originals cost until you delete them: ${servers.map(({ kept }) => kept).join(", ")}. Points before this restore need their history`;
  } else
    yield "The originals and their instances go on as they are. The end of the restore tells which properties of ScalarDL or ScalarDB to change to move to the new servers";
  for (const { losses } of servers) yield* losses;
  for (const { original } of servers)
    if (original.unread.length > 0) yield `Not looked at, and lost where set: ${original.unread.join("; ")}`;
  yield "Costs: the new servers are charged as the originals are, for as long as they are there";
  yield "Time: from some minutes to hours, by the size of the data and of the log that is replayed; reading every row comes on top";
  if (mode === "in-place")
    yield "Afterwards start the instances fresh, and take a backup: the new servers' own history begins with the restore";
}

/** What is lost once the instances work on the new servers. */
export function discardedByRename({ servers }: Pick<ManagedPlan, "servers">, nowMs: number): string {
  return writesSince(servers, "the new servers", nowMs);
}
