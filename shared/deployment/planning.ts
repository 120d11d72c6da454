import type { RestorePoint } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { Mode } from "../restore/mode.ts";
import type { PlanFrame } from "../restore/plan-frame.ts";
import type { DatabaseWindow } from "../verify/subject.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** What a plan is made from, beside what the databases themselves say. */
export interface Planning {
  readonly point: RestorePoint;
  readonly run: string;
  readonly mode: Mode;
  readonly detachReplicas: boolean;
  /** Whether a pause that was only watched is good enough. */
  readonly acceptObserved: boolean;
  /** Who carries the plan out has the tools of dumps, and looks at them; here may be none. */
  readonly toolsElsewhere: boolean;
  /** All points of the deployment. */
  readonly points: readonly RestorePoint[];
}

export function frameOf({ settings }: OpenDeployment, { point, run, mode }: Planning): PlanFrame {
  return {
    deployment: settings.name,
    run,
    point: point.id,
    mode,
    ...(point.window && { window: windowOnDatabase(point) }),
    instances: point.instances,
  };
}

export function refusePlan(
  { deployment, point }: Pick<PlanFrame, "deployment" | "point">,
  reasons: readonly string[],
): void {
  if (reasons.length === 0) return;
  throw new StillpointError(
    "PLAN_REFUSED",
    `"${deployment}" cannot be restored to point "${point}": ${reasons.join("; ")}; nothing was touched`,
  );
}

/** The part of the pause window that is surely inside on the databases' clocks, at the worst offset. */
export function windowOnDatabase({ window, databases }: RestorePoint): DatabaseWindow | undefined {
  if (window === undefined) return undefined;
  const bounds = databases.flatMap(({ clockBound }) => clockBound ?? []);
  return {
    startMs: window.startMs + Math.max(...bounds.map(({ highMs }) => highMs)),
    endMs: window.endMs + Math.min(...bounds.map(({ lowMs }) => lowMs)),
  };
}
