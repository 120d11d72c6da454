import type { Store } from "../../shared/catalog/store.ts";
import { type Failure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { Handlers, Vocabulary, Workflow } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { durableHandler } from "./durable-handler.ts";
import { DurableLife, livingHandlers, livingStore } from "./durable-life.ts";
import { execute } from "./durable-service.ts";
import { orchestrationCode } from "./orchestration-code.ts";
import { OrchestrationHost } from "./orchestration-host.ts";

export interface Running<V extends Vocabulary, T> {
  readonly workflow: () => Workflow<T>;
  readonly handlers: Handlers<V>;
  readonly store: Store;
  readonly run: string;
}

/** Processes die where `dies` says so, and others take their place unless the run is given up for now. */
export interface Fate {
  readonly dies: (moment: string) => boolean;
  readonly isGivenUp: () => boolean;
}

export type RunEnd<T> =
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "given-up" };

export interface Runner {
  readonly name: string;
  run<V extends Vocabulary, T>(running: Running<V, T>, fate?: Fate): Promise<RunEnd<T>>;
}

const IMMORTAL: Fate = { dies: () => false, isGivenUp: () => false };

/** Waits are whole seconds, but time is virtual. */
const QUICK = { firstMs: 1, mostMs: 10 };

let runs = 0;

const IN_PROCESS: Runner = {
  name: "in a process",
  run: async ({ workflow, handlers, store, run }, { dies, isGivenUp } = IMMORTAL) => {
    while (!isGivenUp()) {
      const life = new DurableLife((moment) => dies(moment));
      const running = Journal.open(livingStore(life, store), run).then((journal) =>
        runInProcess(workflow(), {
          handlers: livingHandlers(life, handlers),
          journal,
          pass: () => life.pass("sleep"),
        }),
      );
      const ended = running.then(
        (result) => ({ kind: "done", result }) as const,
        (error: unknown) => ({ kind: "failed", failure: toFailure(error) }) as const,
      );
      const end = await Promise.race([ended, life.death]);
      if (end !== undefined) return end;
    }
    return { kind: "given-up" };
  },
};

const LAMBDA: Runner = {
  name: "in a Lambda durable execution",
  run: async <V extends Vocabulary, T>(
    { handlers, ...running }: Running<V, T>,
    { dies, isGivenUp } = IMMORTAL,
  ): Promise<RunEnd<T>> => {
    const { status, result } = await execute({
      name: `run-${runs++}`,
      lifeOf: () => new DurableLife((moment) => dies(moment)),
      isStopped: isGivenUp,
      handler: durableHandler<V, T>({ ...running, handlers: () => handlers, pace: QUICK }),
    });
    return status === "STOPPED" ? { kind: "given-up" } : endOf(result as DurableEnd<T>);
  },
};

const ORCHESTRATION: Runner = {
  name: "in an Azure orchestration",
  run: async <V extends Vocabulary, T>(
    { handlers, ...running }: Running<V, T>,
    { dies, isGivenUp } = IMMORTAL,
  ): Promise<RunEnd<T>> => {
    const host = new OrchestrationHost();
    const code = orchestrationCode<V, T>(host, { ...running, handlers: () => handlers, pace: QUICK });
    host.deploy(code);
    const id = `run-${runs++}`;
    host.start("run", {}, id);
    const { status, output } = await host.run(id, {
      lifeOf: () => new DurableLife((moment) => dies(moment)),
      isStopped: isGivenUp,
    });
    return status === "Stopped" ? { kind: "given-up" } : endOf(output as DurableEnd<T>);
  },
};

export const RUNNERS: readonly Runner[] = [IN_PROCESS, LAMBDA, ORCHESTRATION];

function endOf<T>(end: DurableEnd<T>): RunEnd<T> {
  if (end.kind === "continue") throw new Error("the operations are used up");
  return end;
}

/** Dies at these moments, counted over all processes. */
export function dyingAt(moments: readonly number[]): Fate {
  let moment = 0;
  const left = new Set(moments);
  return { dies: () => left.delete(moment++), isGivenUp: () => false };
}

export function givenUpAt(nth: number): Fate {
  let moment = 0;
  let isDead = false;
  return {
    dies: () => {
      isDead ||= moment++ === nth;
      return isDead;
    },
    isGivenUp: () => isDead,
  };
}
