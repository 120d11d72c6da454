import type { Lease, PauseRecord, RestorePoint, Run } from "../catalog/model.ts";
import { leavesSomething } from "../config/databases-of.ts";
import { quoted } from "../errors/quoted.ts";
import { messageOf } from "../errors/stillpoint-error.ts";
import { type Discovery, distinctInstances, type GateAnswer } from "../pause/instance.ts";
import { isBackup, isGood, secondOf } from "../restore/choose-point.ts";
import type { WayBack } from "../restore/way-back.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** How a deployment stands at present. Read-only. */
export interface DeploymentStatus {
  readonly deployment: string;
  readonly lastPoint?: RestorePoint;
  /** Age of the last point's second, and whether the configured objective is exceeded. */
  readonly ageMs?: number;
  readonly late: boolean;
  /** Whether the configuration names nothing that a backup would leave by itself. */
  readonly byCommand: boolean;
  readonly instances: readonly GateAnswer[];
  /** Why the instances could not be asked. */
  readonly undiscovered?: string;
  /** Whether a backup may hold gates closed: read before and after the gates were asked, since it may begin or end. */
  readonly backupAtWork: boolean;
  readonly lease?: Lease;
  readonly openPauses: readonly PauseRecord[];
  /** Restores that nobody has finished. */
  readonly unfinished: readonly Run[];
  /** Records that could not be read. */
  readonly unreadable: readonly string[];
  /** What a disaster now would cost, where somebody looked. */
  readonly waysBack?: readonly WayBack[];
}

const UNFINISHED: readonly Run["state"][] = ["running", "failed", "abandoning"];

export async function statusOf(open: OpenDeployment): Promise<DeploymentStatus> {
  const { catalog, clock, settings } = open;
  const before = await catalog.pauses.open();
  const gates = await askGates(open);
  const [points, runs, pauses, lease] = await Promise.all([
    catalog.points.list(settings.name),
    catalog.runs.list(settings.name),
    catalog.pauses.open(),
    catalog.lease(settings.name),
  ]);
  const isAtWork = ({ deployment, state, deadlineMs }: PauseRecord) =>
    deployment === settings.name && state === "open" && clock.wallMs() <= deadlineMs;
  const lastPoint = points.records.findLast((point) => isGood(point) && isBackup(point));
  const ageMs = lastPoint && clock.wallMs() - secondOf(lastPoint) * 1000;
  const { objectiveMs } = settings;
  return {
    deployment: settings.name,
    ...(lastPoint && { lastPoint }),
    ...(ageMs !== undefined && { ageMs }),
    byCommand: !settings.databases.some(leavesSomething),
    late: objectiveMs !== undefined && (ageMs === undefined || ageMs > objectiveMs),
    ...gates,
    backupAtWork: [...before.records, ...pauses.records].some(isAtWork),
    ...(lease && isHeld(lease, runs.records) && { lease }),
    openPauses: pauses.records.filter(({ deployment }) => deployment === settings.name),
    unfinished: runs.records.filter(({ state }) => UNFINISHED.includes(state)),
    unreadable: [points, runs, pauses].flatMap(({ unreadable }) => unreadable.map(({ message }) => message)),
  };
}

/** A run that was killed between its end and giving its lease back holds nothing any more. */
function isHeld({ holder }: Lease, runs: readonly Run[]): boolean {
  const state = runs.find(({ id }) => id === holder?.run)?.state;
  return holder !== undefined && state !== "done" && state !== "abandoned";
}

/** Nobody was asked: that is no proof that nothing is paused. */
const NONE_FOUND = "no instance was found; they are all stopped, or their names mean nothing here";

function notFoundText({ unaddressed = [] }: Discovery, known: number): string | undefined {
  const pods = quoted(unaddressed);
  if (pods !== "") return `${pods} cannot be asked`;
  return known === 0 ? NONE_FOUND : undefined;
}

/** Every instance that is known: recorded ones are asked also where discovery fails. */
async function askGates(open: OpenDeployment): Promise<Pick<DeploymentStatus, "instances" | "undiscovered">> {
  const { admin, catalog, settings } = open;
  const recorded = (await catalog.pauses.open()).records
    .filter(({ deployment }) => deployment === settings.name)
    .flatMap((record) => record.instances);
  const found = await open.discoverAll().catch(messageOf);
  const discovered = typeof found === "string" ? [] : found.instances;
  const everyone = distinctInstances([...discovered, ...recorded]);
  const instances = await admin.checkPaused(everyone, { deadlineMs: settings.pause.rpcDeadlineMs });
  const undiscovered = typeof found === "string" ? found : notFoundText(found, everyone.length);
  return { instances, ...(undiscovered !== undefined && { undiscovered }) };
}
