import { codeOf, messageOf } from "../../../errors/stillpoint-error.ts";
import { attempt, isBusy, passes } from "./refusal.ts";
import type { Change } from "./settings/setting.ts";

/** Changes whose refusals are told at the end, and stop none of the others. */
export interface Changing {
  /** Carried out, or found to be tried again later: false where the service refuses it for good. */
  change(what: string, of: string, call: () => Promise<unknown>): Promise<boolean>;
  refuse(why: string): void;
  readonly refused: readonly string[];
  /** Whether anything was taken, or is to be tried again: then the server is looked at once more. */
  readonly underWay: boolean;
}

export function newChanging(): Changing {
  const refused: string[] = [];
  let underWay = false;
  return {
    refused,
    refuse: (why) => refused.push(why),
    get underWay() {
      return underWay;
    },
    change: async (what, of, call) => {
      const why = await whyRefused(what, of, call);
      if (why === undefined) underWay = true;
      else refused.push(why);
      return why === undefined;
    },
  };
}

/**
 * All that is to be changed in one call, since the service is busy with it for minutes; one by one where it refuses
 * them together.
 */
export async function changeTogether<C>(
  changing: Changing,
  of: string,
  wanted: readonly Change<C>[],
  send: (input: Partial<C>) => Promise<unknown>,
): Promise<void> {
  const together = Object.assign({}, ...wanted.map(({ input }) => input)) as Partial<C>;
  if (wanted.length > 1 && (await whyRefused("settings", of, () => send(together))) === undefined) {
    await changing.change("settings", of, async () => undefined);
    return;
  }
  for (const { name, input } of wanted) await changing.change(name, of, () => send(input));
}

/** Undefined where it was taken, or where another change is under way. What may pass is thrown. */
async function whyRefused(
  what: string,
  of: string,
  call: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await attempt(`put back ${what} of`, of, call);
    return undefined;
  } catch (error) {
    if (isBusy(error)) return undefined;
    if (passes(error) || !FOR_GOOD.includes(codeOf(error))) throw error;
    return messageOf(error);
  }
}

/** No further try would change it; a missing permission is for people to grant, and the rest goes on. */
const FOR_GOOD: readonly string[] = ["DATABASE_REFUSED", "DATABASE_DENIED"];
