import type { Store } from "../../shared/catalog/store.ts";
import type { Handlers, Vocabulary, Workflow } from "../../shared/workflow/effect.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import { attemptOf } from "../../shared/workflow/orchestration/attempt.ts";
import { runAttempts } from "../../shared/workflow/orchestration/attempts.ts";
import { carryOutActivity } from "../../shared/workflow/orchestration/carry-out-activity.ts";
import type { Errand } from "../../shared/workflow/orchestration/errand.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { orchestrate } from "../../shared/workflow/run-orchestration.ts";
import { livingHandlers, livingStore } from "./durable-life.ts";
import { df } from "./functions-core.ts";
import type { OrchestrationHost } from "./orchestration-host.ts";

type Options = Omit<Parameters<typeof orchestrate>[1], "context" | "run" | "send">;

interface Running<V extends Vocabulary, T> extends Options {
  /** Begun anew in each turn. */
  readonly workflow: () => Workflow<T>;
  readonly handlers: (journal: Journal) => Handlers<V>;
  readonly store: Store;
  readonly run: string;
  readonly version?: string;
  readonly attemptsMost?: number;
  /** Whether the activity's process is gone before it has answered. */
  readonly collapses?: () => boolean;
}

/** What a host registers: the parent is `run`. */
export function orchestrationCode<V extends Vocabulary, T>(
  host: OrchestrationHost,
  { workflow, handlers, store, run, version = "1", attemptsMost, collapses, ...options }: Running<V, T>,
): () => void {
  return () => {
    df.app.activity("carry-out", {
      handler: async (errand) => {
        // An activity is a part of the process that it was begun in.
        const { life } = host;
        const end = await carryOutActivity<V>(
          async () => ({
            store: livingStore(life, store),
            run,
            handlers: (journal) => livingHandlers(life, handlers(journal)),
          }),
          errand as Errand,
        );
        if (collapses?.()) throw new Error("the worker has exited");
        return end;
      },
    });
    df.app.activity("version", { handler: () => version });
    df.app.orchestration(
      "attempt",
      attemptOf<object, DurableEnd<T>>(version, (context) =>
        orchestrate(workflow(), {
          context,
          run,
          send: (errand) => context.df.callActivity("carry-out", errand),
          ...options,
        }),
      ),
    );
    df.app.orchestration("run", function* (context) {
      return yield* runAttempts<DurableEnd<T>, object>(context, {
        names: { attempt: "attempt", version: "version" },
        input: {},
        ...(attemptsMost !== undefined && { attemptsMost }),
      });
    });
  };
}
