import { DurableLife } from "./durable-life.ts";
import { type FunctionOf, invoke, registered } from "./functions-core.ts";
import { ACTION, type Action, divergence, EVENT, type HistoryEvent, replay } from "./orchestration-replay.ts";
import { type Answer, answerOf } from "./orchestration-turn.ts";

/** Far more than any orchestration here takes. */
const MOST_LIVES = 10_000;

interface Instance {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly parent?: { readonly id: string; readonly taskId: number };
  readonly history: HistoryEvent[];
  /** Messages that no turn has taken up yet. */
  inbox: Fresh[];
  end?: InstanceEnd;
}

type Fresh = Omit<HistoryEvent, "Timestamp" | "IsPlayed">;

export interface InstanceEnd {
  readonly status: "Completed" | "Failed" | "Stopped";
  readonly output?: unknown;
  readonly reason?: string;
}

interface Work {
  readonly instance: string;
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

interface Due {
  readonly instance: string;
  readonly id: number;
  readonly atMs: number;
}

interface Running {
  /** The life of each process; default: it dies nowhere. */
  readonly lifeOf?: (nth: number) => DurableLife;
  /** Asked before each life: everything is stopped where it answers true. */
  readonly isStopped?: () => boolean;
}

interface Pass {
  /** Told how long of the virtual time has passed. */
  readonly passed: (ms: number) => void | Promise<void>;
  /** When activities wait for something: time passes then, as it always does. */
  readonly idle: () => Promise<"idle">;
}

/**
 * Azure Functions with the Durable extension, in process and in virtual time. It drives the library's own executor,
 * which replays the whole history at every turn. A process may die at any moment; what is not in a history then is
 * done again.
 */
export class OrchestrationHost {
  readonly #instances = new Map<string, Instance>();
  readonly #work = new Map<string, Work>();
  readonly #due = new Map<string, Due>();
  readonly #passed: Pass["passed"];
  readonly #idle: Pass["idle"];
  #functions: ReadonlyMap<string, FunctionOf> = new Map();
  #life = new DurableLife();
  nowMs = 0;

  constructor(passed: Pass["passed"] = () => undefined, idle: Pass["idle"] = atOnce) {
    this.#passed = passed;
    this.#idle = idle;
  }

  /** The process that runs at present. */
  get life(): DurableLife {
    return this.#life;
  }

  /** Whatever is called from now on is this code; what is under way goes on as it was. */
  deploy(code: () => void): void {
    this.#functions = registered(code);
  }

  start(name: string, input: unknown, id: string, parent?: Instance["parent"]): void {
    const Input = JSON.stringify(input ?? null);
    const begun = { EventType: EVENT.executionStarted, EventId: -1, Name: name, Input };
    const instance = { id, name, input: JSON.parse(Input) as unknown, history: [], inbox: [begun] };
    this.#instances.set(id, parent === undefined ? instance : { ...instance, parent });
  }

  raise(id: string, name: string, data: unknown): void {
    const event = { EventType: EVENT.eventRaised, EventId: -1, Name: name, Input: JSON.stringify(data) };
    this.#get(id).inbox.push(event);
  }

  /** Activities and timers of an instance, those of its children apart. */
  operationsOf(id: string): number {
    const counted: readonly number[] = [EVENT.taskScheduled, EVENT.timerCreated];
    return this.#get(id).history.filter(({ EventType }) => counted.includes(EventType)).length;
  }

  has(id: string): boolean {
    return this.#instances.has(id);
  }

  get instances(): readonly string[] {
    return [...this.#instances.keys()];
  }

  endOf(id: string): InstanceEnd | undefined {
    return this.#get(id).end;
  }

  historyOf(id: string): readonly HistoryEvent[] {
    return this.#get(id).history;
  }

  /** One process after the other, until this instance has ended. */
  async run(id: string, { lifeOf = () => new DurableLife(), isStopped }: Running = {}): Promise<InstanceEnd> {
    for (let nth = 0; nth < MOST_LIVES; nth++) {
      if (isStopped?.()) return { status: "Stopped" };
      const life = lifeOf(nth);
      this.#life = life;
      const end = await Promise.race([this.#live(id, life), life.death]);
      if (end !== undefined) return end;
    }
    throw new Error(`"${id}" never ended`);
  }

  async #live(id: string, life: DurableLife): Promise<InstanceEnd> {
    const running = new Map<string, Promise<void>>();
    for (;;) {
      for (const instance of this.#instances.values())
        if (instance.inbox.length > 0) await this.#turn(instance, life);
      const { end } = this.#get(id);
      if (end !== undefined) return end;
      if ([...this.#instances.values()].some(({ inbox }) => inbox.length > 0)) continue;
      for (const [key, work] of this.#work)
        if (!running.has(key))
          running.set(
            key,
            this.#perform(key, work, life).then(() => void running.delete(key)),
          );
      if (running.size === 0) await this.#moveOn();
      else if ((await Promise.race([...running.values(), this.#idle()])) === "idle" && this.#due.size > 0)
        await this.#moveOn();
    }
  }

  async #moveOn(): Promise<void> {
    const next = Math.min(...[...this.#due.values()].map(({ atMs }) => atMs));
    if (!Number.isFinite(next)) throw new Error("everything waits for nothing");
    const passedMs = Math.max(0, next - this.nowMs);
    this.nowMs += passedMs;
    for (const [key, { instance, id, atMs }] of this.#due)
      if (atMs <= this.nowMs) {
        this.#due.delete(key);
        this.#tell(instance, { EventType: EVENT.timerFired, EventId: -1, TimerId: id });
      }
    await this.#passed(passedMs);
  }

  /** Nothing of it counts before all of it is kept. */
  async #turn(instance: Instance, life: DurableLife): Promise<void> {
    await life.pass(`before a turn of ${instance.name}`);
    const fresh = [...instance.inbox];
    const started = { EventType: EVENT.orchestratorStarted, EventId: -1 };
    const history = [
      ...instance.history.map((event) => ({ ...event, IsPlayed: true })),
      ...[started, ...fresh].map((event) => this.#stamped(event)),
    ];
    const answer = await answerOf(this.#function(instance.name), instance, history);
    await life.pass(`after a turn of ${instance.name}`);
    instance.inbox = instance.inbox.slice(fresh.length);
    instance.history.splice(0, instance.history.length, ...history);
    this.#conclude(instance, answer);
    instance.history.push(this.#stamped({ EventType: EVENT.orchestratorCompleted, EventId: -1 }));
  }

  #conclude(instance: Instance, { actions, isDone, output, error }: Answer): void {
    const { scheduled, isOver, open } = replay(actions, instance.history);
    const diverged = divergence(instance.history, scheduled);
    if (diverged !== undefined) {
      this.#end(instance, { status: "Failed", reason: diverged });
      return;
    }
    for (const [id, action] of scheduled) this.#schedule(instance, id, action);
    // What is still open keeps an orchestration from ending.
    if (!isOver || open.length > 0) return;
    if (error !== undefined) this.#end(instance, { status: "Failed", reason: error });
    else if (isDone) this.#end(instance, { status: "Completed", output });
  }

  #schedule(instance: Instance, id: number, action: Action): void {
    const key = `${instance.id} ${id}`;
    if (action.actionType === ACTION.timer && action.isCanceled) this.#due.delete(key);
    const isKnown = instance.history.some(({ EventId }) => EventId === id);
    if (isKnown) return;
    const { functionName: Name = "", input, fireAt: FireAt = "" } = action;
    if (action.actionType === ACTION.activity) {
      instance.history.push(this.#stamped({ EventType: EVENT.taskScheduled, EventId: id, Name }));
      this.#work.set(key, { instance: instance.id, id, name: Name, input });
    } else if (action.actionType === ACTION.timer) {
      instance.history.push(this.#stamped({ EventType: EVENT.timerCreated, EventId: id, FireAt }));
      this.#due.set(key, { instance: instance.id, id, atMs: Date.parse(FireAt) });
    } else {
      const child = action.instanceId ?? `${instance.id}:${id}`;
      const created = { EventType: EVENT.childCreated, EventId: id, Name, InstanceId: child };
      instance.history.push(this.#stamped(created));
      this.start(Name, input, child, { id: instance.id, taskId: id });
    }
  }

  /** What was under way for it comes to nothing, but is not stopped. */
  #end(instance: Instance, end: InstanceEnd): void {
    instance.end = end;
    for (const [key, { instance: of }] of this.#due) if (of === instance.id) this.#due.delete(key);
    const { parent } = instance;
    if (parent === undefined) return;
    const of = { EventId: -1, TaskScheduledId: parent.taskId };
    this.#tell(
      parent.id,
      end.status === "Completed"
        ? { ...of, EventType: EVENT.childCompleted, Result: JSON.stringify(end.output ?? null) }
        : // Why a child has failed is often lost on the way: https://github.com/Azure/azure-functions-durable-extension/issues/2754
          { ...of, EventType: EVENT.childFailed, Reason: "(unknown)", Details: "(unknown)" },
    );
  }

  async #perform(key: string, { instance, id, name, input }: Work, life: DurableLife): Promise<void> {
    const of = { EventId: -1, TaskScheduledId: id };
    const work = this.#function(name);
    await life.pass(`before ${name}`);
    const event = await invoke(work, input).then(
      (result) => ({ ...of, EventType: EVENT.taskCompleted, Result: JSON.stringify(result ?? null) }),
      (error: unknown) => ({ ...of, EventType: EVENT.taskFailed, Reason: String(error), Details: "" }),
    );
    await life.pass(`after ${name}`);
    this.#work.delete(key);
    this.#tell(instance, event);
  }

  #tell(id: string, event: Fresh): void {
    const instance = this.#get(id);
    if (instance.end === undefined) instance.inbox.push(event);
  }

  #stamped(event: Fresh): HistoryEvent {
    return { ...event, Timestamp: new Date(this.nowMs).toISOString(), IsPlayed: false };
  }

  #function(name: string): FunctionOf {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`there is no function "${name}"`);
    return found;
  }

  #get(id: string): Instance {
    const instance = this.#instances.get(id);
    if (instance === undefined) throw new Error(`there is no instance "${id}"`);
    return instance;
  }
}

function atOnce(): Promise<"idle"> {
  return new Promise((resolve) => setImmediate(() => resolve("idle")));
}
