import * as df from "durable-functions";
import { restoring } from "../../shared/deployment/restoring.ts";
import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import type { RestorePlan } from "../../shared/restore/restore-plan.ts";
import { waitAfter } from "../../shared/workflow/durable/passing.ts";
import { type Attempt, attemptOf } from "../../shared/workflow/orchestration/attempt.ts";
import { runAttempts } from "../../shared/workflow/orchestration/attempts.ts";
import type { Errand } from "../../shared/workflow/orchestration/errand.ts";
import type { Engine, Orchestration } from "../../shared/workflow/orchestration/orchestration.ts";
import { withReferences } from "../../shared/workflow/orchestration/reference.ts";
import { timer, untilEventOrTimeout } from "../../shared/workflow/orchestration/wait.ts";
import { orchestrate } from "../../shared/workflow/run-orchestration.ts";
import { codeVersion } from "../azure/code-version.ts";
import { APPROVED_EVENT, ORCHESTRATIONS, type RestoreInput } from "../azure/executions.ts";
import { verifies } from "../verify/azure.ts";
import { type Asked, LOOK_EVERY_MS } from "./asked-approval.ts";
import { ACTIVITIES, type AttemptEnd, type OfRun, registerActivities } from "./azure-activities.ts";
import type { Begun } from "./begun.ts";
import type { PlanEnd } from "./plan-once.ts";

/** Plans, waits for an approval where one is needed, restores and verifies: for hours, days if need be. */
export function registerRestore(version = codeVersion()): void {
  registerActivities(version);
  df.app.orchestration(ORCHESTRATIONS.attempt, attemptOf(version, attempt));
  df.app.orchestration(ORCHESTRATIONS.restore, restore);
}

/** Replayed by every later version: what it yields, in which order and by which names, stays as it is. */
function* restore(context: Engine): Orchestration<unknown> {
  const input = context.df.getInput<RestoreInput>();
  const names = { attempt: ORCHESTRATIONS.attempt, version: ACTIVITIES.version };
  const end = yield* runAttempts<AttemptEnd, RestoreInput>(context, { names, input });
  if (end.kind === "given-up") yield* call(context, ACTIVITIES.giveUp, { input, failure: end.failure });
  return end;
}

/** One life of the restore, under one version of the code. */
function* attempt(
  context: Engine,
  { execution, ...asked }: RestoreInput & Attempt,
): Orchestration<AttemptEnd> {
  const of = "request" in asked ? { request: asked.request } : { run: asked.run };
  const planned: PlanEnd = yield* call(context, ACTIVITIES.plan, { ...of, attempt: execution });
  if (planned.kind === "failed") return planned;
  const ofRun: OfRun = { planned, execution };
  const refused = planned.approved ? null : yield* awaitApproval(context, ofRun);
  if (refused) return { kind: "failed", failure: refused };
  if (planned.loadsDumps) return yield* call(context, ACTIVITIES.handOver, ofRun);
  const begun: Begun = yield* call(context, ACTIVITIES.begin, ofRun);
  if (begun.failure) return { kind: "failed", failure: begun.failure };
  const plan: RestorePlan = yield* call(context, ACTIVITIES.load, ofRun);
  const send = (errand: Errand) =>
    context.df.callActivity(activityFor(errand), { ...ofRun, errand: withReferences(errand, plan) });
  const end = yield* orchestrate(restoring(plan), { context, run: planned.run, send });
  return yield* call(context, ACTIVITIES.conclude, { ...ofRun, end, begunMs: begun.atMs });
}

function activityFor(errand: Errand): string {
  const isVerifying = errand.kind === "carry-out" && verifies(errand.effect.kind);
  return isVerifying ? ACTIVITIES.verify : ACTIVITIES.step;
}

function* awaitApproval(context: Engine, ofRun: OfRun): Orchestration<Failure | null> {
  const { df: engine } = context;
  const callback = engine.instanceId;
  const asked: Asked = yield* call(context, ACTIVITIES.ask, { ...ofRun, callback });
  let isDecided = asked.approved;
  while (!isDecided && engine.currentUtcDateTime.getTime() < asked.untilMs) {
    const lookMs = engine.currentUtcDateTime.getTime() + LOOK_EVERY_MS;
    yield* untilEventOrTimeout(context, APPROVED_EVENT, Math.min(lookMs, asked.untilMs));
    isDecided = yield* call(context, ACTIVITIES.isDecided, ofRun);
  }
  return yield* call(context, ACTIVITIES.against, ofRun);
}

/** What an activity throws has not been carried out, or not heard of; the next attempt comes after the last. */
const TRIES_MOST = 5;

// What an activity answers is known by its name only.
function* call<A>(context: Engine, name: string, input: object): Orchestration<A> {
  for (let tries = 1; ; tries++) {
    try {
      return yield context.df.callActivity(name, input);
    } catch (error) {
      if (tries === TRIES_MOST) throw error;
      yield timer(context, waitAfter(tries).seconds * 1000);
    }
  }
}
