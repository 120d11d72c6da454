import { StillpointError } from "../../errors/stillpoint-error.ts";
import {
  all,
  answerOf,
  asker,
  type Effect,
  type Patience,
  poll,
  sleep,
  type Workflow,
} from "../../workflow/effect.ts";
import type { BackedUp, Observation, RestoreEffects } from "./effects.ts";
import {
  type Action,
  actionsOf,
  awaitedBy,
  type Goal,
  isUnderWay,
  type Lane,
  LEADS_TO,
  observed,
} from "./lane.ts";
import type { PlannedTable } from "./plan.ts";
import type { TableState } from "./watched.ts";

const ask = asker<RestoreEffects>();

/** One table on its way: what is planned for it, and where it stands. */
export interface TableLane extends Lane {
  readonly table: Omit<PlannedTable, "original">;
}

/** When the service has no room for another restore and none of ours is under way. */
const NO_ROOM_MS = 30_000;

/** Looking costs calls: soon at first, rarely for restores that take hours. */
export const TABLE_PATIENCE: Patience = {
  firstMs: 500,
  factor: 1.4,
  mostMs: 60_000,
  limitMs: 48 * 3_600_000,
};

/**
 * Brings every lane to the goal, side by side. One look sees all tables at once. A step that fails ends the run
 * here: what is under way goes on at the service, and a resumed run finds it done.
 */
export function* advance(lanes: readonly TableLane[], goal: Goal): Workflow<readonly TableLane[]> {
  let now = lanes;
  while (now.some(isUnderWay) || canAct(now, goal)) {
    now = yield* act(now, goal);
    if (!now.some(isUnderWay)) {
      if (!canAct(now, goal)) break;
      yield* sleep(NO_ROOM_MS);
      continue;
    }
    const patience = { ...TABLE_PATIENCE, stretch: goal };
    const observation = yield* poll<Observation>(watch(now), patience);
    now = yield* tellChanges(
      now,
      now.map((lane) => look(lane, observation)),
    );
  }
  return now;
}

function canAct(lanes: readonly TableLane[], goal: Goal): boolean {
  return actionsOf(lanes, goal).some((action) => action !== undefined);
}

/** Starts whatever can start. */
function* act(lanes: readonly TableLane[], goal: Goal): Workflow<readonly TableLane[]> {
  const actions = actionsOf(lanes, goal);
  const acting = lanes.flatMap((lane, index) => {
    const action = actions[index];
    return action === undefined ? [] : [{ index, action, effect: effectOf(lane, action) }];
  });
  if (acting.length === 0) return lanes;
  const outcomes = yield* all<{ started?: boolean; arn?: string } | null>(acting.map(({ effect }) => effect));
  const next = [...lanes];
  for (const [turn, { index, action }] of acting.entries()) {
    const answer = answerOf(outcomes[turn]);
    const lane = lanes[index];
    if (lane === undefined || answer?.started === false) continue;
    next[index] = {
      ...lane,
      stage: LEADS_TO[action],
      ...(answer?.arn !== undefined && { backupArn: answer.arn }),
    };
  }
  return yield* tellChanges(lanes, next);
}

function effectOf({ table, backupArn }: TableLane, action: Action): Effect {
  const { database, name, temporary, backup, atSecond, id, arn } = table;
  switch (action) {
    case "start-copy":
      return ask.effect("start-copy", {
        database,
        sourceArn: arn,
        sourceId: id,
        target: temporary,
        atSecond,
      });
    case "start-backup":
      return ask.effect("start-backup", { database, table: temporary, backup });
    case "delete-original":
      return ask.effect("delete-original", { ...copiesOf({ table, backupArn }), id });
    case "start-replacement":
      return ask.effect("start-replacement", {
        database,
        backupArn: copiesOf({ table, backupArn }).backupArn,
        target: name,
      });
    default:
      return action satisfies never;
  }
}

/** Where the copies of a lane's table are. */
export function copiesOf({
  table,
  backupArn,
}: Pick<TableLane, "table"> & { readonly backupArn?: string | undefined }): BackedUp {
  const { database, name, temporary } = table;
  if (backupArn !== undefined) return { database, name, temporary, backupArn };
  throw new StillpointError("INTERNAL", `table "${name}" would be replaced without a backup`);
}

/** Each lane that comes on can act, or make room for another, or is told to whoever watches. */
function watch(lanes: readonly TableLane[]): Effect {
  const tables = lanes.flatMap(({ stage, table: { database, name, temporary } }) => {
    const awaited = awaitedBy(stage);
    if (awaited === undefined) return [];
    return [{ database, name: awaited.table === "temporary" ? temporary : name, until: awaited.until }];
  });
  const backups = lanes.flatMap(({ stage, table: { database }, backupArn: arn }) =>
    stage === "backing-up" && arn !== undefined ? [{ database, arn }] : [],
  );
  return ask.effect("observe", { tables, backups, enough: "one" });
}

/** A durable execution looks again at all that it ever saw, in each invocation. */
function look(lane: TableLane, { tables, backups }: Observation): TableLane {
  if (!isUnderWay(lane)) return lane;
  const { database, name, temporary } = lane.table;
  const state = (table: string): TableState => tables[database]?.[table] ?? "UNSEEN";
  const backup = lane.backupArn === undefined ? undefined : backups[lane.backupArn];
  return { ...lane, ...observed(lane, { temporary: state(temporary), original: state(name), backup }) };
}

function* tellChanges(
  before: readonly TableLane[],
  after: readonly TableLane[],
): Workflow<readonly TableLane[]> {
  for (const [index, { stage, table }] of after.entries())
    if (before[index]?.stage !== stage)
      yield* ask("report", { event: { kind: "table", database: table.database, table: table.name, stage } });
  return after;
}
