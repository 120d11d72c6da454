import { setTimeout as delay } from "node:timers/promises";
import type { ObservedEffects } from "../../backup/effects.ts";
import {
  type Observation,
  type ObservedGate,
  type SnapshotCall,
  seeing,
  unseen,
} from "../../backup/observation.ts";
import { messageOf } from "../../errors/stillpoint-error.ts";
import type { Instance } from "../../pause/instance.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/**
 * From one answer to the next question, for each gate by itself: a silent one delays nobody. Pauses of the real Cassy
 * were seen that took no longer than 130 ms.
 */
const BETWEEN_QUESTIONS_MS = 25;

export type Answered<C = SnapshotCall> = C extends SnapshotCall ? Omit<C, "sentMs" | "answeredMs"> : never;

/** Sends the call, and answers whatever came of it by then. */
type Call = (withinMs: number, signal: AbortSignal) => Promise<Answered>;

type Wish = Omit<ObservedEffects["observe-snapshot"]["input"], "database">;

/**
 * Asks every gate before the call is sent, again and again while it is under way, and once more after its answer: a
 * gate that is closed by then is one that nobody else is going to open. When the time is up, or somebody interrupts,
 * nothing more is asked.
 */
export async function watchGates(
  open: Pick<OpenDeployment, "admin" | "clock">,
  { instances, withinMs, deadlineMs }: Wish,
  interruption: AbortSignal,
  call: Call,
): Promise<Observation> {
  const { admin, clock } = open;
  const untilMs = clock.oursMs() + withinMs;
  const end = AbortSignal.any([interruption, AbortSignal.timeout(Math.max(withinMs, 0))]);
  const gates = new Map<Instance, ObservedGate>(instances.map((each) => [each, unseen(each)]));
  const askOne = async (instance: Instance) => {
    const [answer] = await admin.checkPaused([instance], { deadlineMs });
    if (answer) gates.set(instance, seeing(gates.get(instance) ?? unseen(instance), answer));
  };
  await beforeEnd(end, Promise.all(instances.map(askOne)));
  const sentMs = clock.oursMs();
  const ending = callUntil(end, call, untilMs - sentMs);
  const answered = new AbortController();
  const calling = ending.then((its) => {
    answered.abort();
    return { ...its, sentMs, answeredMs: clock.oursMs() };
  });
  const watching = instances.map(async (instance) => {
    for (let isLast = false; !isLast && !end.aborted; ) {
      await delay(BETWEEN_QUESTIONS_MS, undefined, { signal: answered.signal }).catch(() => {});
      // One that was under way at the answer tells nothing of afterwards.
      isLast = answered.signal.aborted;
      if (!end.aborted) await askOne(instance);
    }
  });
  await beforeEnd(end, Promise.all([calling, ...watching]));
  const its = await calling;
  return {
    call: its,
    gates: [...gates.values()],
    interrupted: interruption.aborted && its.kind !== "taken",
  };
}

/** What a call has not answered by the end is unanswered, whatever else is told of it later. */
async function callUntil(end: AbortSignal, call: Call, withinMs: number): Promise<Answered> {
  if (end.aborted) return { kind: "refused", message: "nothing was asked: the time was up before" };
  const calling = call(Math.floor(withinMs), end).catch(
    (error: unknown): Answered => ({ kind: "unanswered", message: messageOf(error) }),
  );
  return (await beforeEnd(end, calling)) ?? { kind: "unanswered", message: UNANSWERED };
}

const UNANSWERED =
  "there was no answer when the instances had to be open again, and Cassy may go on: restart it, and nothing of this call can pause anybody any more";

/** The work, or nothing where the end came first; it goes on then, and nobody looks at it any more. */
async function beforeEnd<T>(end: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (end.aborted) return undefined;
  let stop = () => {};
  const ended = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    end.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    end.removeEventListener("abort", stop);
  }
}
