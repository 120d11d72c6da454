import type { SettlingEffects } from "../settle/effects.ts";
import type { LiveEffects } from "../verify/verify-live.ts";
import { doing, type Handlers } from "../workflow/effect.ts";
import { fewAtATime } from "./few-at-a-time.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import {
  judgeParts,
  listQuiet,
  removeParts,
  scanSegment,
  scanToSettle,
  settleParts,
} from "./verify-parts.ts";
import { liveScope } from "./verify-scope.ts";

/** While one page is taken in, the next ones of the others are on their way; more would only share one processor. */
const SCANS_AT_A_TIME = 4;

/** What a verification asks for, carried out in this process. */
export function verifyHandlers(open: OpenDeployment): Handlers<LiveEffects & SettlingEffects> {
  const inTurn = fewAtATime(SCANS_AT_A_TIME);
  return {
    "scope-live": () => liveScope(open),
    "scan-segment": (input, signal) => inTurn(signal, () => scanSegment(open, input)),
    "scan-to-settle": (input, signal) => inTurn(signal, () => scanToSettle(open, input)),
    "settle-parts": (input) => settleParts(open, input),
    "list-quiet": (input) => listQuiet(open, input),
    "judge-parts": (input) => judgeParts(open, input),
    "remove-parts": doing(({ run }) => removeParts(open, run)),
  };
}
