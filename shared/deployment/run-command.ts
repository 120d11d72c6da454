import type { CommandEffects } from "../backup/effects.ts";
import type { CommandRecord } from "../catalog/model.ts";
import type { OpenDeployment } from "./open-deployment.ts";

type Wish = CommandEffects["run-command"]["input"];

export async function runCommand(
  { command, withinMs }: Wish,
  { clock }: Pick<OpenDeployment, "clock" | "env">,
  _signal: AbortSignal,
): Promise<CommandRecord> {
  const nowMs = clock.oursMs();
  const end = { kind: "not-started", message: `nothing is run yet, within ${withinMs} ms or ever` } as const;
  return { command, startedMs: nowMs, endedMs: nowMs, end, output: "", outputBytes: 0 };
}
