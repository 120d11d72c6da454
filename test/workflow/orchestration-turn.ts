import { type FunctionOf, invoke } from "./functions-core.ts";
import type { Action, HistoryEvent } from "./orchestration-replay.ts";

/** What an orchestrator says at the end of a turn. */
export interface Answer {
  readonly actions: readonly Action[];
  readonly isDone: boolean;
  readonly output?: unknown;
  readonly error?: string;
}

interface Asked {
  readonly id: string;
  readonly input: unknown;
  readonly parent?: { readonly id: string };
}

const FAILURE_MARK = "$OutOfProcData$:";

export async function answerOf(
  orchestrator: FunctionOf,
  { id, input, parent }: Asked,
  history: readonly HistoryEvent[],
): Promise<Answer> {
  const trigger = {
    history,
    input,
    instanceId: id,
    isReplaying: false,
    parentInstanceId: parent?.id ?? null,
    upperSchemaVersion: 0,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  const state = await invoke(orchestrator, trigger).catch((error: unknown) => {
    const { message } = error as Error;
    const at = message.indexOf(FAILURE_MARK);
    if (at < 0) throw error;
    return JSON.parse(message.slice(at + FAILURE_MARK.length)) as unknown;
  });
  const { actions, ...rest } = state as Omit<Answer, "actions"> & { readonly actions: readonly Action[][] };
  return { ...rest, actions: actions[0] ?? [] };
}
