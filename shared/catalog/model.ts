import * as z from "zod";
import { Change, Dropped } from "../settle/change.ts";

/** Version of the records that this code writes; a record with a higher one is refused with `CATALOG_NEWER`. */
export const SCHEMA = 1;

const schema = z.literal(SCHEMA);
const ms = z.number().int();
const instance = z.strictObject({
  component: z.string(),
  host: z.string(),
  port: z.number().int(),
  uid: z.string().exactOptional(),
  pod: z.strictObject({ namespace: z.string(), name: z.string(), server: z.string() }).exactOptional(),
});
const basis = z.enum(["list", "dns", "kubernetes"]);

/** Who may pause or restore a deployment at present. One record per deployment. */
export const Lease = z.strictObject({
  schema,
  deployment: z.string(),
  /** Absent where nobody holds it. */
  holder: z.strictObject({ kind: z.enum(["backup", "restore"]), run: z.string() }).optional(),
  sinceMs: ms.optional(),
  /** A backup's lease ends here; a restore's belongs to its run until that has ended or is abandoned. */
  untilMs: ms.optional(),
});
export type Lease = z.infer<typeof Lease>;

const clockBound = z.strictObject({
  /** (database clock - our clock) lies between these, in ms, the allowance included. */
  lowMs: z.number(),
  highMs: z.number(),
});
const window = z.strictObject({ startMs: z.number(), endMs: z.number() });

/** How a command of the operator's ended that ran inside a pause. */
const CommandEnd = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("exited"), status: z.number().int() }),
  z.strictObject({ kind: z.literal("killed"), signal: z.string() }),
  /** By us, when the instances had to be unpaused. */
  z.strictObject({ kind: z.literal("out-of-time"), limitMs: ms }),
  z.strictObject({ kind: z.literal("interrupted") }),
  z.strictObject({ kind: z.literal("not-started"), message: z.string() }),
]);

export const CommandRecord = z.strictObject({
  command: z.string(),
  /** On our clock. */
  startedMs: z.number(),
  endedMs: z.number(),
  end: CommandEnd,
  /** The end of what it wrote to both of its outputs, in the order in which it came. */
  output: z.string(),
  /** All that it wrote. */
  outputBytes: z.number().int(),
});
export type CommandRecord = Readonly<z.infer<typeof CommandRecord>>;

/**
 * What one backup found of its window. `invalid` has reasons and must not be used; `observed` is somebody else's pause,
 * in which nothing was seen amiss: nobody has proven that all were quiet.
 */
export const Verdict = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("valid") }),
  z.strictObject({ kind: z.literal("observed") }),
  z.strictObject({ kind: z.literal("invalid"), reasons: z.array(z.string()).min(1) }),
]);
export type Verdict = z.infer<typeof Verdict>;

/** The record of one pause, written before the first Pause is sent and kept up to date until all is open again. */
export const PauseRecord = z.strictObject({
  schema,
  id: z.string(),
  deployment: z.string(),
  /** The backup that holds the deployment's lease meanwhile. */
  run: z.string().exactOptional(),
  openedMs: ms,
  /** Every instance is to be open again by then, whatever dies. */
  deadlineMs: ms,
  drainWaitMs: ms,
  rpcDeadlineMs: ms,
  instances: z.array(instance),
  basis,
  /**
   * `open`: instances may be paused, its backup is at work; `swept`: marked by a sweep or by `stillpoint unpause`
   * before its first Unpause, so that its backup can never call the window valid; `unsettled`: the backup has
   * ended and instances may still be paused, or a Pause may still be under way at a server; `closed`: all open.
   */
  state: z.enum(["open", "swept", "unsettled", "closed"]),
  markedBy: z.string().optional(),
  /** Addresses whose pause outcome is unknown or that were not seen open yet. */
  unsettled: z.array(z.string()),
  /** When each unsettled address was first seen open, in ms; it is settled when seen so again much later. */
  seenOpen: z.record(z.string(), ms),
  window: window.optional(),
  verdict: Verdict.optional(),
  /** Who pauses, where that is not Stillpoint. */
  pauser: z.literal("cassy").exactOptional(),
  /** What ran inside it. */
  command: CommandRecord.exactOptional(),
});
export type PauseRecord = z.infer<typeof PauseRecord>;

/** What the catalog keeps of one database with a restore point: the second, and what a restore needs later. */
const pointDatabase = z.strictObject({
  name: z.string(),
  kind: z.enum(["dynamodb", "cosmosdb", "jdbc", "managed", "cassandra"]),
  /** The restore point: a whole second on the database's clock, in seconds since 1970. */
  atSecond: z.number().int(),
  /** Where its clock was measured, for a pause. */
  clockBound: clockBound.exactOptional(),
  /** The adapter's own record of the tables and their settings. */
  captured: z.unknown(),
});

export const RestorePoint = z.strictObject({
  schema,
  id: z.string(),
  deployment: z.string(),
  createdMs: ms,
  basis: z.enum(["window", "snapshot", "observed", "quiet", "settled"]),
  artifact: z.enum(["pending", "complete", "failed"]),
  /** What a pending artifact waits for, or why it failed, when it was last looked at. */
  because: z.string().exactOptional(),
  /** Somebody carries the pending artifact to its end, and is dead where no later time has come by then. */
  carriedUntilMs: ms.exactOptional(),
  /** The network of functions that reached the instances when it was taken; absent where a command line did. */
  takenFrom: z.string().exactOptional(),
  /** The restore that deleted the tables whose history this point needs: it can be restored no more. */
  lostTo: z.string().exactOptional(),
  /** The pause it rests on, where there is one. */
  pause: z.string().optional(),
  window: window.optional(),
  /** Distance of the second from the nearer end of the window on the database's clock, in ms. */
  marginMs: z.number().optional(),
  /** How long the ledger was held: first Pause sent to last gate seen open, in ms. */
  heldMs: z.number().optional(),
  instances: z.array(instance),
  discovery: basis,
  /** None where all of it was left by a command. */
  databases: z.array(pointDatabase),
  /** What ran inside the pause. */
  command: CommandRecord.exactOptional(),
  /** Where nobody paused and nothing committed: see `QuietSecond`; the second of the databases is the first to be tried. */
  quiet: z
    .strictObject({
      /** The run that found it. */
      search: z.string(),
      guardMs: ms,
      /** In the order in which a restore tries them. */
      candidates: z.array(z.strictObject({ atSecond: z.number().int(), marginMs: z.number() })).min(1),
      /** The one that a restore has proven. */
      provenSecond: z.number().int().exactOptional(),
    })
    .exactOptional(),
  /** Where nobody paused and what was not surely complete is dropped. */
  settled: z
    .strictObject({
      /** Nothing is kept that is dated later. */
      keptUntilMs: z.number(),
      /** The bound on ScalarDB's clocks, with the skew between the clocks of the database. */
      boundMs: z.number(),
      /** The restore that has settled it last, and how many transactions it had to drop; absent until one has. */
      by: z
        .strictObject({ run: z.string(), dropped: z.number().int(), inDoubt: z.number().int() })
        .exactOptional(),
    })
    .exactOptional(),
});
export type RestorePoint = z.infer<typeof RestorePoint>;

const failure = z.strictObject({ code: z.string(), message: z.string() });

/** One execution of a plan. Its journal has the same id. */
export const Run = z.strictObject({
  schema,
  id: z.string(),
  deployment: z.string(),
  /** `search`: it looks for quiet seconds, and makes the point that it names. */
  kind: z.enum(["restore", "search"]),
  point: z.string(),
  createdMs: ms,
  updatedMs: ms,
  /**
   * `planned`: nothing done, no lease; `running`: at work or killed; `failed`: can be resumed or abandoned;
   * `abandoning`: its copies are being removed, so it can only be abandoned.
   */
  state: z.enum(["planned", "running", "failed", "abandoning", "done", "abandoned"]),
  plan: z.unknown(),
  failure: failure.optional(),
  /** What it had failed with when somebody last resumed it: by that they say that they have done what it told. */
  resumedAfter: failure.exactOptional(),
  result: z.unknown().optional(),
  /** The request that asked for it, where one did. */
  request: z.string().exactOptional(),
  /** Who agreed to this very plan without being there when it runs. */
  approval: z.strictObject({ digest: z.string(), by: z.string(), atMs: ms }).exactOptional(),
  /** The durable execution that carries it out or waits for the approval; a later attempt goes on by the journal. */
  execution: z
    .strictObject({
      name: z.string(),
      attempt: z.number().int(),
      /** The event that asked for it: one that is delivered twice asks once. */
      askedBy: z.string().exactOptional(),
      /** Wakes it once the plan is approved. */
      callback: z.string().exactOptional(),
    })
    .exactOptional(),
  /** Backups that it had left and that are gone: deleted by the rule, or found missing. */
  expired: z.array(z.strictObject({ arn: z.string(), atMs: ms })).exactOptional(),
});
export type Run = z.infer<typeof Run>;

/**
 * What a schedule, an event or a caller has asked for, by its id: the same asked again is seen, and what was refused
 * is on record.
 */
export const Request = z.strictObject({
  schema,
  id: z.string(),
  deployment: z.string(),
  kind: z.enum(["backup", "restore"]),
  receivedMs: ms,
  /** When it was due, where a schedule asks. */
  scheduledMs: ms.exactOptional(),
  /** A point of the deployment, or the last one until a time; of a restore. */
  restore: z.unknown().optional(),
  /** `taken`: at work, or its process died; the run or the pause that came of it says more. */
  state: z.enum(["taken", "refused", "done"]),
  run: z.string().exactOptional(),
  /** The task or process that carries it out, where that is not the function that took it down. */
  carriedBy: z.string().exactOptional(),
  failure: failure.exactOptional(),
});
export type Request = z.infer<typeof Request>;

/** Some of what a restore settles: on record before any of it is done. Both lists are empty once it was forgotten. */
export const SettledPage = z.strictObject({
  schema,
  /** See `pageId`. */
  id: z.string(),
  deployment: z.string(),
  run: z.string(),
  changes: z.array(Change),
  dropped: z.array(Dropped),
});
export type SettledPage = z.infer<typeof SettledPage>;

/**
 * The sign of life of a sweep that goes on by itself. A record is a place that such a sweep holds while it lives;
 * the next one takes over the place of a dead one, so they stay few.
 */
export const Heartbeat = z.strictObject({
  schema,
  id: z.string(),
  host: z.string(),
  process: z.number().int(),
  /** `watch`: until somebody ends it; `schedule`: a function that is called again and again; `guard`: beside one backup, until nothing can be paused by that any more. */
  of: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("watch") }),
    z.strictObject({ kind: z.literal("schedule") }),
    z.strictObject({ kind: z.literal("guard"), deployment: z.string(), run: z.string() }),
  ]),
  /** Whose pauses it can open, by its configuration; all, where it does not say. */
  deployments: z.array(z.string()).exactOptional(),
  sinceMs: ms,
  beatMs: ms,
  /** The next beat comes this much later. */
  intervalMs: ms,
  /** What its last round could not do. */
  trouble: z.string().exactOptional(),
  /** When it ended in good order. */
  endedMs: ms.exactOptional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
