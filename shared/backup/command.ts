import type { CommandRecord } from "../catalog/model.ts";
import { asker, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects } from "./effects.ts";

const ask = asker<BackupEffects>();

/** Runs the operator's command inside the window, until the gates must be asked again at the latest. */
export function* runCommand(
  command: string,
  pause: string,
  { startMs, latestMs }: { readonly startMs: number; readonly latestMs: number },
): Workflow<CommandRecord> {
  const { oursMs } = yield* ask("now", {});
  const withinMs = Math.max(Math.floor(latestMs - oursMs), 0);
  yield* ask("report", { event: { kind: "command-started", command, limitMs: withinMs } });
  const record = yield* ask("run-command", { command, pause, startMs, withinMs });
  yield* ask("report", { event: { kind: "command-ended", record } });
  return record;
}

/** What it left is worth nothing unless it ended by itself, and well. */
export function commandReasons({ end }: CommandRecord): readonly string[] {
  switch (end.kind) {
    case "exited":
      return end.status === 0 ? [] : [`the command ended with status ${end.status}`];
    case "killed":
      return [`the command was killed by ${end.signal}`];
    case "out-of-time":
      return [
        `the command had not ended within ${(end.limitMs / 1000).toFixed(1)} s, when the instances had to be unpaused, and was killed`,
      ];
    case "interrupted":
      return ["the command was interrupted"];
    case "not-started":
      return [`the command could not be run: ${end.message}`];
    default:
      return end satisfies never;
  }
}
