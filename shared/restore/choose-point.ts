import type { RestorePoint } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";

export type PointChoice =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "at"; readonly atMs: number };

/** A point is restorable only when its artifact is complete, and while the history that it needs is there. */
export function isRestorable({ artifact, lostTo }: RestorePoint): boolean {
  return artifact === "complete" && lostTo === undefined;
}

export function choosePoint(
  points: readonly RestorePoint[],
  choice: PointChoice,
  deployment: string,
  { acceptObserved = false }: { readonly acceptObserved?: boolean } = {},
): RestorePoint {
  const its = points.filter((point) => point.deployment === deployment);
  const usable = its.filter(isRestorable);
  switch (choice.kind) {
    case "id":
      return usable.find(({ id }) => id === choice.id) ?? none(whyNot(its, choice.id, deployment));
    case "at":
      return (
        lastUntil(usable.filter(acceptObserved ? () => true : isProven), choice.atMs) ??
        none(noneUntil(usable, choice.atMs, deployment))
      );
    default:
      return choice satisfies never;
  }
}

/** Nobody falls back on a pause that was only watched without knowing it. */
function isProven({ basis }: RestorePoint): boolean {
  return basis !== "observed";
}

function whyNot(points: readonly RestorePoint[], id: string, deployment: string): string {
  const point = points.find((each) => each.id === id);
  if (point === undefined) return `"${deployment}" has no restore point "${id}"`;
  if (point.lostTo === undefined) return `restore point "${id}" ${notComplete(point)}`;
  return `restore point "${id}" is lost: restore "${point.lostTo}" replaced the tables whose history it needs`;
}

function notComplete({ artifact, because }: RestorePoint): string {
  if (artifact === "pending")
    return "is pending: its database has not taken it in yet, which is looked at by: stillpoint follow --watch";
  return `is ${artifact}${because === undefined ? "" : `: ${because}`}`;
}

/** The second of a point: that of its latest database, so that nothing of it lies after the time asked for. */
export function secondOf(point: RestorePoint): number {
  return Math.max(...point.databases.map(({ atSecond }) => atSecond));
}

function lastUntil(points: readonly RestorePoint[], atMs: number): RestorePoint | undefined {
  return points
    .filter((point) => secondOf(point) * 1000 <= atMs)
    .reduce<RestorePoint | undefined>(
      (best, point) => (best && secondOf(best) >= secondOf(point) ? best : point),
      undefined,
    );
}

function noneUntil(points: readonly RestorePoint[], atMs: number, deployment: string): string {
  const wanted = new Date(atMs).toISOString();
  if (points.length === 0) return `"${deployment}" has no restore points at all`;
  const observed = lastUntil(points, atMs);
  if (observed !== undefined)
    return `"${deployment}" has no restore point at or before ${wanted} but those of which the pause was only observed, the last of them "${observed.id}": where that is good enough, repeat the command with --accept-observed`;
  const first = new Date(Math.min(...points.map(secondOf)) * 1000).toISOString();
  return `"${deployment}" has no restore point at or before ${wanted}; its first is of ${first}`;
}

function none(message: string): never {
  throw new StillpointError("NO_RESTORE_POINT", `${message}; nothing was touched`);
}
