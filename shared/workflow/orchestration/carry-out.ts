import { AT_A_TIME, branchesOf, isOver, LEAST_ALLOWANCE, restOf, turnOf } from "../durable/branch.ts";
import { type Ended, spentOn, UNDONE } from "../durable/ended.ts";
import type { Task as Operation } from "../durable/invocation.ts";
import type { All, BuiltIn } from "../effect.ts";
import type { Orchestration } from "./orchestration.ts";
import { pollInTurns } from "./poll.ts";
import { type Course, sendPatiently } from "./send.ts";
import { sideBySide } from "./side-by-side.ts";
import { timer } from "./wait.ts";

/** Carries an effect out within its allowance. What the journal held when this orchestration began costs nothing. */
export function* carryOut(course: Course, operation: Operation): Orchestration<Ended> {
  const known = operation.effect as BuiltIn;
  if (known.kind === "all") return yield* together(course, { ...operation, effect: known });
  if (course.past.remembers(operation.position)) return { kind: "in-journal", spent: 0, told: false };
  if (operation.allowance < LEAST_ALLOWANCE) return UNDONE;
  if (known.kind === "sleep") return yield* sleep(course, known.ms);
  if (known.kind === "poll") return (yield* pollInTurns(course, operation)).ended;
  return yield* step(course, operation);
}

function* sleep({ engine }: Course, ms: number): Orchestration<Ended> {
  yield timer(engine, ms);
  return { kind: "answered", outcome: { ok: true, answer: { interrupted: false } }, spent: 1, told: false };
}

function* step(course: Course, { effect, position }: Operation): Orchestration<Ended> {
  const { end, spent } = yield* sendPatiently(course, { kind: "carry-out", effect, position });
  if (end.kind === "answered") return { kind: "answered", outcome: end.outcome, spent, told: true };
  if (end.kind === "stopped") return { kind: "stopped", failure: end.failure, spent, told: end.told };
  const failure = { code: "INTERNAL", message: `"${end.kind}" is no answer to "${effect.kind}"` } as const;
  return { kind: "stopped", failure, spent, told: true };
}

/** Only the branches that have something left to do, so many at a time. */
function* together(
  course: Course,
  { effect, position, allowance }: Operation & { readonly effect: All },
): Orchestration<Ended> {
  const branches = branchesOf(effect, position);
  const open = branches.filter((branch) => !isOver(course.past, branch));
  const ended = new Map<string, Ended>();
  while (ended.size < open.length) {
    const left = open.slice(ended.size);
    const room = allowance - [...ended.values()].reduce((sum, each) => sum + spentOn(each), 0);
    const { begun, share } = turnOf(left, room);
    const turn = begun.slice(0, AT_A_TIME);
    if (turn.length === 0) break;
    const parts = turn.map((branch) => carryOut(course, { ...branch, allowance: share }));
    const ends = yield* sideBySide(course.engine, parts);
    for (const [index, end] of ends.entries()) ended.set(turn[index]?.position ?? "", end);
  }
  return {
    kind: "all",
    spent: 0,
    told: false,
    branches: branches.map((branch) => ended.get(branch.position) ?? restOf(course.past, branch)),
  };
}
