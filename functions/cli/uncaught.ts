import { messageOf } from "../../shared/errors/stillpoint-error.ts";
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
