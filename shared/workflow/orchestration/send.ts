import type { Task } from "durable-functions";
import { messageOf } from "../../errors/stillpoint-error.ts";
import { ATTEMPTS_MOST, waitAfter } from "../durable/passing.ts";
import type { PollPace } from "../durable/poll-wait.ts";
import type { Effect } from "../effect.ts";
import type { Asked, Begin, Errand, ErrandEnd } from "./errand.ts";
import type { Engine, Orchestration } from "./orchestration.ts";
import type { Past } from "./past.ts";
import { timer } from "./wait.ts";

/** What an orchestrator has at hand. */
export interface Course {
  readonly engine: Engine;
  /** Schedules the activity that calls `carryOutActivity` with this. */
  readonly send: (errand: Errand) => Task;
  readonly owner: string;
  readonly past: Past;
  readonly pace: PollPace;
  /** Reports since the last activity was sent: they cost no operation, and are told by the next one. */
  untold: readonly Effect[];
}

export interface Sent {
  readonly end: Exclude<ErrandEnd, { readonly kind: "again" }>;
  /** Activities and timers. */
  readonly spent: number;
}

/** Sends for it again and again while it fails for the passing moment. */
export function* sendPatiently(course: Course, asked: Asked | Begin): Orchestration<Sent> {
  for (let attempt = 1, spent = 1; ; attempt++, spent += 2) {
    const end = yield* sendOnce(course, asked, attempt >= ATTEMPTS_MOST);
    if (end.kind !== "again") return { end, spent };
    yield timer(course.engine, waitAfter(attempt).seconds * 1000);
  }
}

export function* sendOnce(course: Course, asked: Asked | Begin, isLast: boolean): Orchestration<ErrandEnd> {
  const { owner, past } = course;
  if (asked.kind === "begin") return yield* answerOf(course, { ...asked, owner, isLast });
  const { untold } = course;
  const { begun, deferred } = past;
  course.untold = [];
  const end = yield* answerOf(course, { ...asked, owner, isLast, begun, deferred, untold });
  if (end.kind === "again" || end.kind === "stopped") {
    if (!end.told) course.untold = [...untold, ...course.untold];
    return end;
  }
  past.written(deferred);
  if (end.kind === "answered" && end.isRecorded && "position" in asked) past.record(asked.position);
  return end;
}

/** An activity throws nothing: where the engine says that it did, its process died or it took too long. */
function* answerOf({ send }: Course, errand: Errand): Orchestration<ErrandEnd> {
  try {
    return yield send(errand);
  } catch (error) {
    const message = `an activity for "${errand.kind}" gave no answer: ${messageOf(error)}`;
    const failure = { code: "INTERNAL", message } as const;
    return { kind: errand.isLast ? "stopped" : "again", failure, told: false };
  }
}
