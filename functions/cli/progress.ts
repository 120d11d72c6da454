import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import type { Shell } from "./shell.ts";
import { type Moved, restoreProgress, stageLines } from "./show/restore-progress.ts";

/** Shows a restore while it is at work. */
export interface RestoreProgress {
  report(event: RestoreEvent): void;
  /** Everything that was reported has been shown. */
  end(how: "done" | "failed"): Promise<void>;
}

/** Tables that reach the same stage in one go share a line. What a person has to do is told a program's person too. */
export function plainProgress(shell: Pick<Shell, "say" | "warn" | "json">): RestoreProgress {
  const started = performance.now();
  let together: Moved[] = [];
  const flush = () => {
    const [first] = together;
    if (first === undefined) return;
    const moved = { what: first.kind, names: together.map(nameOf) };
    together = [];
    for (const line of stageLines(first.stage, moved, performance.now() - started)) shell.say(line);
  };
  const report = (event: RestoreEvent) => {
    const moved = isMoved(event);
    if (!moved || together[0]?.stage !== event.stage) flush();
    if (!moved) {
      const tell = event.kind === "advice" && shell.json ? shell.warn : shell.say;
      for (const line of restoreProgress(event, performance.now() - started)) tell(line);
      return;
    }
    // One look at all tables is told in one turn of the event loop.
    if (together.length === 0) setImmediate(flush);
    together.push(event);
  };
  return { report, end: async () => flush() };
}

function isMoved(event: RestoreEvent): event is Moved {
  return "stage" in event;
}

function nameOf(moved: Moved): string {
  switch (moved.kind) {
    case "table":
      return moved.table;
    case "account":
      return moved.account;
    case "database":
      return moved.database;
    case "server":
      return moved.server;
    case "node":
      return moved.node;
    default:
      return moved satisfies never;
  }
}
