import type { Task, TimerTask } from "durable-functions";
import type { Engine, Orchestration } from "./orchestration.ts";

/** By the engine's time, which is the same on every replay. */
export function timer({ df }: Engine, ms: number): TimerTask {
  return df.createTimer(new Date(df.currentUtcDateTime.getTime() + ms));
}

/** What came first. The data are what the event was raised with. */
export type Awaited = { readonly kind: "event"; readonly data: unknown } | { readonly kind: "timeout" };

/** Waits for an event of this name, at the longest until the given time. */
export function* untilEventOrTimeout({ df }: Engine, name: string, dueMs: number): Orchestration<Awaited> {
  const event = df.waitForExternalEvent(name);
  const due = df.createTimer(new Date(dueMs));
  const first: Task = yield df.Task.any([event, due]);
  if (first !== event) return { kind: "timeout" };
  // An orchestration does not end while a timer of its own is open.
  if (!due.isCompleted) due.cancel();
  return { kind: "event", data: event.result };
}
