import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import type { Store } from "../../shared/catalog/store.ts";
import { journalOfExecution } from "../../shared/workflow/durable-attempt.ts";
import type { Handlers, Vocabulary, Workflow } from "../../shared/workflow/effect.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import { type DurableEnd, runDurably } from "../../shared/workflow/run-durable.ts";
import { livingHandlers, livingStore } from "./durable-life.ts";
import type { HandlerOf } from "./durable-service.ts";

type Options = Omit<Parameters<typeof runDurably>[1], "context" | "handlers" | "journal">;

interface Running<V extends Vocabulary, T> extends Options {
  /** Begun anew in each invocation. */
  readonly workflow: () => Workflow<T>;
  readonly handlers: (journal: Journal) => Handlers<V>;
  readonly store: Store;
  readonly run: string;
}

/** What a host does in each invocation, which dies with its life. */
export function durableHandler<V extends Vocabulary, T>({
  workflow,
  handlers,
  store,
  run,
  ...options
}: Running<V, T>): HandlerOf {
  return (client, life) =>
    withDurableExecution(
      async (_input, context): Promise<DurableEnd<T>> => {
        const journal = await journalOfExecution(livingStore(life, store), run, context);
        const living = livingHandlers(life, handlers(journal));
        return runDurably<V, T>(workflow(), { context, journal, handlers: living, ...options });
      },
      { durableExecutionClient: client },
    );
}
