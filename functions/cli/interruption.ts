import { quoted } from "../../shared/errors/quoted.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import type { Shell } from "./shell.ts";

/** SIGHUP too: a closed terminal must not leave instances paused. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interruptible {
  /** Told at the first signal: what happens now. */
  readonly stopping: string;
  /** What may be paused at this moment; empty where nothing is. */
  readonly mayBePaused?: () => readonly string[];
}

export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** As the first signal does, for a reason of our own. */
  stop(): void;
  /** As the second signal does. */
  exitAtOnce(): never;
}

/** The first signal asks the work to end in good order; the second one exits at once and names what it leaves. */
export function untilInterrupted(
  shell: Shell,
  { stopping, mayBePaused = () => [] }: Interruptible,
): Interruption {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) exitAtOnce(shell, mayBePaused(), "interrupted again");
    shell.warn(`Interrupted: ${stopping}. A second Ctrl-C exits at once`);
    controller.abort();
  };
  // The launcher was killed: nobody is left to pass a signal on.
  const onOrphaned = () => {
    if (!controller.signal.aborted) onSignal();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("disconnect", onOrphaned);
  process.channel?.unref();
  return {
    signal: controller.signal,
    stop: () => controller.abort(),
    exitAtOnce: () => exitAtOnce(shell, mayBePaused(), "could not end in good order", "INTERNAL"),
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off("disconnect", onOrphaned);
    },
  };
}

function exitAtOnce(
  shell: Shell,
  paused: readonly string[],
  why: string,
  code: "INTERRUPTED" | "INTERNAL" = "INTERRUPTED",
): never {
  if (paused.length === 0) {
    shell.warn(`error ${code}: ${why} and exiting at once; nothing is paused, as far as was seen`);
    process.exit(ERRORS[code].exit);
  }
  const names = quoted(paused);
  shell.warn(`error STILL_PAUSED: ${why} and exiting at once; ${names} may be paused`);
  shell.warn(`  next     ${ERRORS.STILL_PAUSED.next}`);
  process.exit(ERRORS.STILL_PAUSED.exit);
}
