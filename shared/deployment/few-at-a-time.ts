import { StillpointError } from "../errors/stillpoint-error.ts";

/** Lets at most so many pieces of work run at once. Those that wait for their turn give up when the signal fires. */
export function fewAtATime(most: number) {
  let free = most;
  const waiting: (() => void)[] = [];
  return async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      if (signal.aborted)
        throw new StillpointError("INTERRUPTED", "the run was interrupted; nothing was begun");
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
