import type { Task } from "durable-functions";
import type { Engine, Orchestration } from "./orchestration.ts";

/**
 * Carries on with several parts, each waiting for its next task until those of all are over: the service cannot wait
 * twice for a task that is under way, as it would schedule it anew for every `Task.any`.
 */
export function* sideBySide<T>(
  engine: Engine,
  parts: readonly Orchestration<T>[],
): Orchestration<readonly T[]> {
  const turns = parts.map((part) => part.next());
  for (;;) {
    const waiting = turns.flatMap((turn, index) => (turn.done ? [] : [{ index, task: turn.value }]));
    if (waiting.length === 0) return turns.map((turn) => turn.value as T);
    yield* over(
      engine,
      waiting.map(({ task }) => task),
    );
    for (const { index, task } of waiting) turns[index] = resumed(parts[index] as Orchestration<T>, task);
  }
}

/** Until every task is over, also where one fails, on which the library would go on at once. */
function* over({ df }: Engine, tasks: readonly Task[]): Orchestration<void> {
  const [only] = tasks;
  const together = only !== undefined && tasks.length === 1 ? only : df.Task.all([...tasks]);
  for (const task of [together, ...tasks])
    try {
      if (!task.isCompleted && !task.isFaulted) yield task;
    } catch {
      // Told to the part that waits for it.
    }
}

function resumed<T>(part: Orchestration<T>, task: Task): IteratorResult<Task, T> {
  return task.isFaulted ? part.throw(task.result) : part.next(task.result);
}
