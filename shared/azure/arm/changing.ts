import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import { inTurn } from "./long-running.ts";
import { attempt } from "./refusal.ts";

/** Changes whose refusals are told at the end, and stop none of the others. */
export interface Changing {
  /** Answers whether the service took it. What may pass is thrown. */
  change(what: string, of: string, call: () => Promise<unknown>): Promise<boolean>;
  readonly refused: readonly string[];
}

export function changing(): Changing {
  const refused: string[] = [];
  return {
    refused,
    change: async (what, of, call) => {
      try {
        await attempt(`put back ${what} of`, of, () => inTurn(call));
        return true;
      } catch (error) {
        if (!isForGood(error)) throw error;
        refused.push(messageOf(error));
        return false;
      }
    },
  };
}

/** No further try would change it; a missing permission is for people to grant, and the rest goes on. */
function isForGood(error: unknown): boolean {
  return ["DATABASE_REFUSED", "DATABASE_DENIED"].includes(codeOf(error));
}
