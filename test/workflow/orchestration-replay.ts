/** A history event, as the extension hands it to the worker. */
export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly Timestamp: string;
  readonly IsPlayed: boolean;
  readonly Name?: string;
  readonly Input?: string;
  readonly InstanceId?: string;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  readonly FireAt?: string;
  readonly Result?: string;
  readonly Reason?: string;
  readonly Details?: string;
}

export const EVENT = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  childCreated: 7,
  childCompleted: 8,
  childFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventRaised: 15,
} as const;

/** What an orchestrator has asked for, as the worker answers it. */
export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly instanceId?: string;
  readonly input?: unknown;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly externalEventName?: string;
  readonly compoundActions?: readonly Action[];
}

export const ACTION = {
  activity: 0,
  child: 2,
  timer: 5,
  event: 6,
  whenAny: 11,
  whenAll: 12,
} as const;

const SCHEDULING: Readonly<Record<number, number>> = {
  [EVENT.taskScheduled]: ACTION.activity,
  [EVENT.childCreated]: ACTION.child,
  [EVENT.timerCreated]: ACTION.timer,
};

interface Replay {
  /** By sequence number. */
  readonly scheduled: ReadonlyMap<number, Action>;
  /** Whether the last action is over too: only then does the service take the orchestrator's end as one. */
  readonly isOver: boolean;
  readonly open: readonly number[];
}

/**
 * Replays an orchestrator's actions as the extension does: each is begun when the one before it is over, `WhenAll` when
 * all of its tasks are, failed or not; and whatever it contains is scheduled, also what was under way before.
 */
export function replay(actions: readonly Action[], history: readonly HistoryEvent[]): Replay {
  const over = overIn(history);
  const raised = history.flatMap(({ EventType, Name }) => (EventType === EVENT.eventRaised ? [Name] : []));
  const scheduled = new Map<number, Action>();

  const start = (action: Action): boolean => {
    switch (action.actionType) {
      case ACTION.activity:
      case ACTION.child:
      case ACTION.timer: {
        const id = scheduled.size;
        scheduled.set(id, action);
        return over.has(id) || action.isCanceled === true;
      }
      case ACTION.event: {
        const index = raised.indexOf(action.externalEventName);
        if (index >= 0) raised.splice(index, 1);
        return index >= 0;
      }
      case ACTION.whenAll:
        return (action.compoundActions ?? []).map(start).every((isOver) => isOver);
      case ACTION.whenAny:
        return (action.compoundActions ?? []).map(start).some((isOver) => isOver);
      default:
        throw new Error(`this host knows no action ${action.actionType}`);
    }
  };

  const isOver = actions.every(start);
  const open = [...scheduled].flatMap(([id, { isCanceled }]) => (over.has(id) || isCanceled ? [] : [id]));
  return { scheduled, isOver, open };
}

/** What the history holds that the replay has not asked for, in the words of the service. */
export function divergence(
  history: readonly HistoryEvent[],
  scheduled: ReadonlyMap<number, Action>,
): string | undefined {
  for (const { EventType, EventId, Name } of history) {
    const type = SCHEDULING[EventType];
    if (type === undefined) continue;
    const action = scheduled.get(EventId);
    if (action?.actionType !== type || (type !== ACTION.timer && action.functionName !== Name))
      return `Non-Deterministic workflow detected: a previous execution scheduled "${Name ?? "a timer"}" with sequence ID ${EventId}`;
  }
  return undefined;
}

function overIn(history: readonly HistoryEvent[]): ReadonlySet<number> {
  return new Set(
    history.flatMap(({ EventType, TaskScheduledId, TimerId }) => {
      const id = EventType === EVENT.timerFired ? TimerId : TaskScheduledId;
      return id === undefined ? [] : [id];
    }),
  );
}
