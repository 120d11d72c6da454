import type { ActivityHandler } from "durable-functions";
import * as df from "durable-functions";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { type OpenDeployment, withDeployment } from "../../shared/deployment/open-deployment.ts";
import { restoreTelemetry } from "../../shared/deployment/restore-telemetry.ts";
import { restoreHandlers } from "../../shared/deployment/restoring.ts";
import { plannedRun } from "../../shared/deployment/run-record.ts";
import { verifyHandlers } from "../../shared/deployment/verify-handlers.ts";
import { codeOf, type Failure } from "../../shared/errors/stillpoint-error.ts";
import type { RestoreEvent, RunResult } from "../../shared/restore/restore-plan.ts";
import { type Begun, Journal } from "../../shared/workflow/journal.ts";
import { carryOutActivity } from "../../shared/workflow/orchestration/carry-out-activity.ts";
import type { Errand } from "../../shared/workflow/orchestration/errand.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import type { RestoreInput } from "../azure/executions.ts";
import { type AzureHost, onAzure } from "../azure/host.ts";
import { startJob } from "../azure/jobs.ts";
import { askForApproval, isDecided, whatStandsAgainst } from "./asked-approval.ts";
import { begin } from "./begun.ts";
import { type HandedOver, handOver } from "./hand-over.ts";
import { type Carrying, fail, goesOn, succeed, tellRest } from "./outcome.ts";
import { type AskedRestore, type Known, planOnce } from "./plan-once.ts";

/** The run of an orchestration, as its activities are told of it. */
export interface OfRun {
  readonly planned: Known;
  /** Which execution of the run it is. */
  readonly execution: number;
}

export type AttemptEnd =
  | { readonly kind: "done" | "continue"; readonly run: string }
  | { readonly kind: "handed-over"; readonly run: string; readonly carrier: string }
  | { readonly kind: "failed"; readonly failure: Failure };

/** As they are registered. Orchestrations that are at work know them by these names: they stay. */
export const ACTIVITIES = {
  version: "code-version",
  plan: "restore-plan",
  ask: "restore-ask",
  isDecided: "restore-is-decided",
  against: "restore-against",
  handOver: "restore-hand-over",
  begin: "restore-begin",
  load: "restore-load",
  step: "restore-step",
  verify: "verify-step",
  conclude: "restore-conclude",
  giveUp: "restore-give-up",
} as const;

export function registerActivities(version: string): void {
  register(ACTIVITIES.version, async () => version);
  register<AskedRestore>(ACTIVITIES.plan, planOnce);
  ofRun(ACTIVITIES.ask, (carrying, { execution, callback }: OfRun & { readonly callback: string }) =>
    askForApproval(carrying, { attempt: execution, callback }),
  );
  ofRun(ACTIVITIES.isDecided, (carrying, { execution }: OfRun) => isDecided(carrying, execution));
  ofRun(ACTIVITIES.against, async (carrying, { execution }: OfRun) => {
    const failure = await whatStandsAgainst(carrying, execution);
    return failure ?? null;
  });
  register<OfRun>(ACTIVITIES.handOver, handOverToJob);
  ofRun(ACTIVITIES.begin, (carrying, { execution }: OfRun) =>
    begin(carrying, { attempt: execution, journal: () => journalOf(carrying) }),
  );
  ofRun(ACTIVITIES.load, async ({ open, planned }) => (await plannedRun(open, planned.run)).plan.restore);
  ofRun(ACTIVITIES.step, carryOut);
  ofRun(ACTIVITIES.conclude, conclude);
  register(ACTIVITIES.giveUp, giveUp);
}

async function handOverToJob(host: AzureHost, { planned }: OfRun): Promise<HandedOver> {
  const settings = deploymentNamed(host.config, planned.deployment);
  const carrier = {
    setting: "azure.dumps",
    isThere: host.azure.dumps !== undefined,
    start: (args: readonly string[]) => startJob(host.azure, planned.run, args),
  };
  return withDeployment(host, settings, (open) => handOver({ host, open, planned }, carrier));
}

/** After the last attempt: nobody goes on with the run by itself any more. */
async function giveUp(
  host: AzureHost,
  { input: { execution, ...of }, failure }: { readonly input: RestoreInput; readonly failure: Failure },
): Promise<void> {
  const planned = await planOnce(host, { ...of, attempt: execution });
  if (planned.kind === "failed") return;
  const settings = deploymentNamed(host.config, planned.deployment);
  await withDeployment(host, settings, async (open) => {
    const carrying = { host, open, planned };
    await fail(carrying, await journalOf(carrying), failure);
  });
}

function register<I>(name: string, work: (host: AzureHost, input: I) => Promise<unknown>): void {
  const handler: ActivityHandler = (input: I, context) => onAzure(context, (host) => work(host, input));
  df.app.activity(name, { handler });
}

/** An activity on the run's deployment, opened for as long as it lasts. */
export function ofRun<I extends OfRun>(
  name: string,
  work: (carrying: Carrying, input: I) => Promise<unknown>,
): void {
  register<I>(name, (host, input) =>
    withDeployment(host, deploymentNamed(host.config, input.planned.deployment), (open) =>
      work({ host, open, planned: input.planned }, input),
    ),
  );
}

/** Only ever read: the entries of an execution are written by its steps. */
function journalOf({ open, planned }: Carrying): Promise<Journal> {
  return Journal.open(open.catalog.store, planned.run);
}

/** One step of the very workflow that the command line runs, by the same journal. */
export async function carryOut(
  { host, open, planned }: Carrying,
  { errand }: OfRun & { readonly errand: Errand },
): Promise<unknown> {
  const { run, deployment, silence } = planned;
  const report = restoreTelemetry(host.telemetry, { deployment, run });
  return carryOutActivity(() => workplace(open, { run, report, silence }), errand);
}

async function workplace(
  open: OpenDeployment,
  {
    run,
    report,
    silence,
  }: Pick<Known, "run" | "silence"> & { readonly report: (event: RestoreEvent) => void },
) {
  const { plan } = await plannedRun(open, run);
  const verification = verifyHandlers(open);
  const handlers = (journal: Journal) =>
    restoreHandlers(open, plan.restore, { report, verification, silence, journal });
  return { store: open.catalog.store, run, whole: plan.restore, handlers };
}

interface Concluding extends OfRun {
  readonly end: DurableEnd<RunResult>;
  readonly begunMs: number;
}

/** Another execution may have taken the run over while the last step of this one was failing. */
async function failed(
  carrying: Carrying,
  { failure, as }: Pick<Extract<Concluding["end"], { kind: "failed" }>, "failure" | "as">,
): Promise<AttemptEnd> {
  const journal = as === undefined ? await journalOf(carrying) : await journalAs(carrying, as);
  const end = journal === undefined ? overtaken(carrying, failure) : failure;
  await fail(carrying, journal ?? (await journalOf(carrying)), end);
  return { kind: "failed", failure: end };
}

async function journalAs({ open, planned }: Carrying, as: Begun): Promise<Journal | undefined> {
  try {
    return await Journal.goOn(open.catalog.store, planned.run, as);
  } catch (error) {
    if (codeOf(error) === "CATALOG_CONFLICT") return undefined;
    throw error;
  }
}

function overtaken({ planned: { run } }: Carrying, { message }: Failure): Failure {
  return {
    code: "CATALOG_CONFLICT",
    message: `somebody else has gone on with run "${run}"; the last that this execution has seen: ${message}`,
  };
}

/** Writes down what came of it, and tells it. May be carried out twice, where its process dies in between. */
export async function conclude(carrying: Carrying, { end, begunMs }: Concluding): Promise<AttemptEnd> {
  const { run } = carrying.planned;
  tellRest(carrying, end);
  switch (end.kind) {
    case "done":
      await succeed(carrying, end.result, begunMs);
      return { kind: goesOn(carrying.planned, end.result) ? "continue" : "done", run };
    case "continue":
      return { kind: "continue", run };
    case "failed":
      return failed(carrying, end);
    default:
      return end satisfies never;
  }
}
