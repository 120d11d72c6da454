import { createHash } from "node:crypto";
import { secondText } from "../../verify/time-text.ts";
import type { Mode } from "../mode.ts";
import type { PlanFrame } from "../plan-frame.ts";
import type { CapturedManaged } from "./captured.ts";

/** An instance of a cluster: what it is restored as, and what the original is called once names were swapped. */
export interface PlannedMember {
  readonly name: string;
  readonly target: string;
  readonly kept: string;
}

/** One server to restore, with everything that the steps need. */
export interface PlannedServer {
  /** Its name in the configuration. */
  readonly database: string;
  /** Name of the new server until names are swapped. */
  readonly target: string;
  /** In place: it gets the original's name in the end, and with it all that goes by names, such as alarms. */
  readonly takesName: boolean;
  /** In place: the name under which the original stays. */
  readonly kept: string;
  readonly members: readonly PlannedMember[];
  readonly atSecond: number;
  /** The server of the point, set as it is when the restore is planned. Its name is that of the source. */
  readonly original: CapturedManaged;
  /** What the new server will not have, and what people must do about it: told by the service's adapter. */
  readonly losses: readonly string[];
}

/** Everything that a restore of managed servers will do. */
export interface ManagedPlan extends PlanFrame {
  readonly kind: "managed";
  /** In place: the new servers get the names of the old ones, which stay under other names. */
  readonly mode: Mode;
  readonly servers: readonly PlannedServer[];
}

/** The span to which a server can be restored at present. */
export interface Reach {
  readonly earliestSecond: number;
  readonly latestSecond: number;
}

/** One database of the point beside what is there now. */
export interface LookedAt {
  readonly name: string;
  readonly atSecond: number;
  readonly atBackup: CapturedManaged;
  /** The same server today, whatever it is called; absent where it is gone. */
  readonly now?: CapturedManaged;
  /** Absent where the service keeps no history of it. */
  readonly reach?: Reach;
  /** Whether servers of this service can change their names. */
  readonly canRename: boolean;
  /** What the service's adapter has against the restore: names taken, quotas, groups and keys that are gone. */
  readonly obstacles: readonly string[];
  readonly losses: readonly string[];
}

/** What AWS and Azure both allow for the name of a server. */
const LONGEST_NAME = 63;
const MARK_LENGTH = 6;
const RUN_MARK_LENGTH = 8;

/** What the name of everything that a run makes ends with. */
export function suffixOf(run: string): string {
  return `-sp-${runMark(run)}`;
}

/** Names that a run gives: the new one's, and the one under which the original stays. */
export function namesOf(server: string, run: string): { readonly target: string; readonly kept: string } {
  return { target: suffixed(server, suffixOf(run)), kept: suffixed(server, `-before-${runMark(run)}`) };
}

/** Servers' names are lower case, without two hyphens in a row; who asks for a restore may choose its id freely. */
function runMark(run: string): string {
  const tail = run.slice(-RUN_MARK_LENGTH);
  return /^[a-z0-9]{8}$/.test(tail) ? tail : digestOf(run).slice(0, RUN_MARK_LENGTH);
}

/** Two servers of a deployment may begin alike, and differ only in what has no room. */
function suffixed(name: string, suffix: string): string {
  const room = LONGEST_NAME - suffix.length;
  if (name.length <= room) return `${name}${suffix}`;
  const stem = name.slice(0, room - MARK_LENGTH - 1).replace(/-+$/, "");
  return `${stem}-${digestOf(name).slice(0, MARK_LENGTH)}${suffix}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function planServer(
  looked: LookedAt & { readonly now: CapturedManaged },
  run: string,
  mode: Mode,
): PlannedServer {
  const { name: database, atSecond, now: original, losses } = looked;
  const members = original.members.map(({ name }) => ({ name, ...namesOf(name, run) }));
  const takesName = mode === "in-place";
  return { database, ...namesOf(original.server, run), takesName, members, atSecond, original, losses };
}

/** Why this server cannot be restored to the second as things are; all reasons at once. */
export function refusals(looked: LookedAt, mode: Mode): readonly string[] {
  return [...refusalsOf(looked, mode)];
}

function* refusalsOf(looked: LookedAt, mode: Mode): Generator<string> {
  const { atBackup, now, reach, atSecond, canRename, obstacles } = looked;
  const { server, resourceId } = atBackup;
  if (now === undefined)
    yield `server "${server}" (${resourceId}) is not there any more: restore it from its retained backups by the service's own means`;
  else if (reach === undefined) yield `the service keeps no history of server "${now.server}"`;
  else if (atSecond < reach.earliestSecond)
    yield `server "${now.server}" can be restored from ${secondText(reach.earliestSecond)} on, which is after ${secondText(atSecond)}`;
  if (mode === "in-place" && !canRename)
    yield `server "${server}" cannot give its name to another one: restore side by side, and change the properties of ScalarDL or ScalarDB to the new server`;
  else if (mode === "in-place" && now !== undefined && now.server !== server)
    yield `server "${server}" of the backup is called "${now.server}" today, and what has its name would not be replaced by a restore of it: restore side by side`;
  yield* obstacles;
}
