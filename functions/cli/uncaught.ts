import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Interruption } from "./interruption.ts";
import type { Shell } from "./shell.ts";

/**
 * An error that was thrown where nobody could catch it, such as in a callback of a library, would end this process
 * at once, with whatever it holds paused. This tells the error and leaves it to `act` what follows.
 */
export function onUncaught(shell: Shell, act: (error: unknown) => void): Disposable {
  const onError = (error: unknown) => {
    shell.warn(
      `error INTERNAL: nobody caught this: ${error instanceof Error ? error.stack : messageOf(error)}`,
    );
    act(error);
  };
  // Node hands promises that were rejected and left alone to the same event.
  process.on("uncaughtException", onError);
  return { [Symbol.dispose]: () => void process.off("uncaughtException", onError) };
}

/**
 * The first such error ends the command in good order, and more of them must not keep it from that. But what threw
 * may have left something waiting for ever: after the limit nothing is waited for any more.
 */
export function stopWhenUncaught(shell: Shell, interruption: Interruption, limitMs: number) {
  let message: string | undefined;
  let limit: NodeJS.Timeout | undefined;
  const told = onUncaught(shell, (error) => {
    if (message !== undefined) return;
    message = messageOf(error);
    interruption.stop();
    limit = setTimeout(() => interruption.exitAtOnce(), limitMs);
  });
  return {
    message: () => message,
    /** What a backup that had paused nothing yet failed with. */
    reason: (error: unknown) =>
      message === undefined ? error : new StillpointError("INTERNAL", `${message}; nothing was paused`),
    [Symbol.dispose]: () => {
      clearTimeout(limit);
      told[Symbol.dispose]();
    },
  };
}
