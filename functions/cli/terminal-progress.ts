import { Listr } from "listr2";
import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import type { RestoreProgress } from "./progress.ts";
import { foundText, PHASES, verifiedText } from "./show/restore-progress.ts";

/** A phase on the screen: a spinner with what is going on, a tick or a cross in the end. */
interface Shown {
  tell(output: string): void;
  finish(how: "done" | "failed"): Promise<void>;
}

/** One line per phase; below the one at work, how many tables stand where, and the last one that moved. */
export function terminalProgress(): RestoreProgress {
  const stages = new Map<string, string>();
  let phase: Shown | undefined;
  let drawn: Promise<void> = Promise.resolve();
  const finish = (how: "done" | "failed") => {
    const ending = phase;
    phase = undefined;
    if (ending) drawn = drawn.then(() => ending.finish(how));
  };
  const report = (event: RestoreEvent) => {
    switch (event.kind) {
      case "phase":
        finish("done");
        phase = showPhase(event.phase, drawn);
        return;
      case "table":
        stages.set(`${event.database} ${event.table}`, event.stage);
        return phase?.tell(`${standing(stages)}; ${event.table} ${event.stage}`);
      case "account":
        stages.set(event.account, event.stage);
        return phase?.tell(`${standing(stages)}; ${event.account} ${event.stage}`);
      case "database":
        stages.set(event.database, event.stage);
        return phase?.tell([...stages].map(([database, stage]) => `${database} ${stage}`).join(", "));
      case "server":
        stages.set(event.server, event.stage);
        return phase?.tell(`${standing(stages)}; ${event.server} ${event.stage}`);
      case "node":
        stages.set(event.node, event.stage);
        return phase?.tell([...stages].map(([node, stage]) => `${node} ${stage}`).join(", "));
      case "advice":
        return phase?.tell(event.text);
      case "verified":
        return phase?.tell(verifiedText(event));
      case "settled":
      case "not-quiet":
      case "quiet-found":
        return phase?.tell(foundText(event));
      default:
        return event satisfies never;
    }
  };
  const end = (how: "done" | "failed") => {
    finish(how);
    return drawn;
  };
  return { report, end };
}

function showPhase(phase: keyof typeof PHASES, before: Promise<void>): Shown {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  let output = "";
  let show = (text: string) => {
    output = text;
  };
  const list = new Listr(
    {
      title: PHASES[phase],
      task: (_, task) => {
        show = (text) => {
          task.output = text;
        };
        if (output !== "") show(output);
        return ended;
      },
      rendererOptions: { persistentOutput: true },
    },
    // Signals are ours: the first one must let the restore stop in good order.
    { registerSignalListeners: false, exitOnError: false },
  );
  const run = before.then(() => list.run());
  return {
    tell: (text) => show(text),
    finish: async (how) => {
      if (how === "done") resolve();
      else reject(new Error("did not end"));
      await run;
    },
  };
}

/** `8 copied, 3 copying` */
function standing(stages: ReadonlyMap<string, string>): string {
  const counts = Map.groupBy(stages.values(), (stage) => stage);
  return [...counts].map(([stage, those]) => `${those.length} ${stage}`).join(", ");
}
