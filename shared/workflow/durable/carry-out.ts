import { type DurableContext, NestingType } from "@aws/durable-execution-sdk-js";
import type { All, BuiltIn } from "../effect.ts";
import { step } from "./body.ts";
import { AT_A_TIME, branchesOf, isOver, LEAST_ALLOWANCE, restOf, turnOf } from "./branch.ts";
import { elsewhere } from "./elsewhere.ts";
import { type Ended, spentOn, UNDONE } from "./ended.ts";
import { type Invocation, nameOf, type Task } from "./invocation.ts";
import { pollDurably } from "./poll.ts";
import { wholeSeconds } from "./poll-wait.ts";

/** Carries an effect out within its allowance. What the journal held when this execution began costs nothing. */
export async function carryOut(context: DurableContext, invocation: Invocation, task: Task): Promise<Ended> {
  const known = task.effect as BuiltIn;
  if (known.kind === "all") return together(context, invocation, { ...task, effect: known });
  if (invocation.journal.remembers(task.position)) return { kind: "in-journal", spent: 0, told: false };
  if (task.allowance < LEAST_ALLOWANCE) return UNDONE;
  if (known.kind === "sleep") return sleep(context, task, known.ms);
  if (known.kind === "poll") return (await pollDurably(context, invocation, task)).ended;
  const { elsewhere: other } = invocation;
  if (other?.kinds.has(task.effect.kind)) return elsewhere(context, invocation, task, other);
  return step(context, invocation, task);
}

async function sleep(context: DurableContext, task: Task, ms: number): Promise<Ended> {
  await context.wait(nameOf(task), wholeSeconds(ms));
  return { kind: "answered", outcome: { ok: true, answer: { interrupted: false } }, spent: 1, told: false };
}

/** Only the branches that have something left to do, in as many turns as there is room for. */
async function together(
  context: DurableContext,
  invocation: Invocation,
  { effect, position, allowance }: Task & { readonly effect: All },
): Promise<Ended> {
  const branches = branchesOf(effect, position);
  const open = branches.filter((branch) => !isOver(invocation.journal, branch));
  const ended = new Map<string, Ended>();
  let spent = 0;
  for (let turn = 0; ended.size < open.length; turn++) {
    const left = open.slice(ended.size);
    const room = allowance - 1 - spent - [...ended.values()].reduce((sum, each) => sum + spentOn(each), 0);
    const { begun, share } = turnOf(left, room);
    if (begun.length === 0) break;
    const name = `${nameOf({ effect, position })}${turn === 0 ? "" : `-${turn}`}`;
    const running = begun.map((branch) => ({
      name: branch.position,
      run: (within: DurableContext) => carryOut(within, invocation, { ...branch, allowance: share }),
    }));
    for (const [branch, end] of await sideBySide(context, name, running)) ended.set(branch, end);
    spent += begun.length > 1 ? 1 : 0;
  }
  return {
    kind: "all",
    spent,
    told: false,
    branches: branches.map((branch) => ended.get(branch.position) ?? restOf(invocation.journal, branch)),
  };
}

interface Running {
  readonly name: string;
  readonly run: (context: DurableContext) => Promise<Ended>;
}

/** Flat: the branches are no operations of their own. One alone needs no parallel operation around it. */
async function sideBySide(
  context: DurableContext,
  name: string,
  branches: readonly Running[],
): Promise<readonly (readonly [string, Ended])[]> {
  const [only] = branches;
  if (only === undefined) return [];
  if (branches.length === 1) return [[only.name, await only.run(context)]];
  const batch = await context.parallel(
    name,
    branches.map(({ name: branch, run }) => ({ name: branch, func: run })),
    { maxConcurrency: AT_A_TIME, nesting: NestingType.FLAT },
  );
  batch.throwIfError();
  return branches.map(({ name: branch }, index) => [branch, batch.getResults()[index] ?? UNDONE] as const);
}
