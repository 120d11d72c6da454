import type { RestorePoint } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";

export type PointChoice =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "at"; readonly atMs: number };

/** A point is good when its artifact is complete, and while the history that it needs is there. */
export function isGood({ artifact, lostTo }: RestorePoint): boolean {
  return artifact === "complete" && lostTo === undefined;
}

/** A good point may still be one that a command has left all of: its own tool restores it, and nobody else can. */
export function isRestorable(point: RestorePoint): boolean {
  return isGood(point) && !isByCommandOnly(point);
}

/** Taken at its time, and not found or made afterwards: what a schedule owes, and what is fallen back on unasked. */
export function isBackup({ basis }: RestorePoint): boolean {
  return basis !== "quiet" && basis !== "settled";
}

export function isByCommandOnly({ databases }: RestorePoint): boolean {
  return databases.length === 0;
}

export function choosePoint(
  points: readonly RestorePoint[],
  choice: PointChoice,
  deployment: string,
  { acceptObserved = false }: { readonly acceptObserved?: boolean } = {},
): RestorePoint {
  const its = points.filter((point) => point.deployment === deployment);
  const backups = its.filter(isBackup);
  switch (choice.kind) {
    case "id":
      return (
        its.filter(isRestorable).find(({ id }) => id === choice.id) ??
        none(whyNot(its, choice.id, deployment))
      );
    case "at":
      return (
        lastUntil(
          backups.filter((point) => isRestorable(point) && (acceptObserved || isProven(point))),
          choice.atMs,
        ) ?? none(noneUntil(backups, choice.atMs, deployment))
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
  if (isGood(point)) return byCommand(point);
  if (point.lostTo === undefined) return `restore point "${id}" ${notComplete(point)}`;
  return `restore point "${id}" is lost: restore "${point.lostTo}" replaced the tables whose history it needs`;
}

function notComplete({ artifact, because }: RestorePoint): string {
  if (artifact === "pending")
    return "is pending: its database has not taken it in yet, which is looked at by: stillpoint follow --watch";
  return `is ${artifact}${because === undefined ? "" : `: ${because}`}`;
}

function byCommand({ id, command }: RestorePoint): string {
  return `restore point "${id}" was left by a command (${commandText(command?.command ?? "not recorded")}), and only the tool of that command can restore it: stop the instances, restore with it, start them, then check the tables where the configuration names a database: stillpoint verify --live`;
}

/** A command as one line that does nothing to a terminal. */
export function commandText(command: string): string {
  return command.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}

/**
 * The second of a point: that of its latest database, so that nothing of it lies after the time asked for. What a
 * command has left has none of its own, and any of its window will do.
 */
export function secondOf({ databases, window, createdMs }: RestorePoint): number {
  if (databases.length > 0) return Math.max(...databases.map(({ atSecond }) => atSecond));
  return Math.floor((window ? (window.startMs + window.endMs) / 2 : createdMs) / 1000);
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
  const usable = points.filter(isRestorable);
  const left = lastUntil(
    points.filter((point) => isGood(point) && isByCommandOnly(point)),
    atMs,
  );
  const beside = left === undefined ? "" : `; ${byCommand(left)}`;
  if (usable.length === 0)
    return `"${deployment}" has no restore points ${left ? "that Stillpoint can restore" : "at all"}${beside}`;
  const observed = lastUntil(usable, atMs);
  if (observed !== undefined)
    return `"${deployment}" has no restore point at or before ${wanted} but those of which the pause was only observed, the last of them "${observed.id}": where that is good enough, repeat the command with --accept-observed${beside}`;
  const first = new Date(Math.min(...usable.map(secondOf)) * 1000).toISOString();
  return `"${deployment}" has no restore point at or before ${wanted}; its first is of ${first}${beside}`;
}

function none(message: string): never {
  throw new StillpointError("NO_RESTORE_POINT", `${message}; nothing was touched`);
}
