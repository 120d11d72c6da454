import { StillpointError } from "../errors/stillpoint-error.ts";
import type { Workroom } from "../verify/workroom.ts";
import type { SettlingEffects } from "./effects.ts";
import type { Settlement, SettlementPage } from "./settlement.ts";

export interface SettlingRoom extends Workroom {
  /** Keeps a page durably; the same page again is fine. */
  keepPage(page: number, content: SettlementPage): Promise<void>;
}

/** Decides, by all parts, which transactions stand, and keeps what is to be done, page by page. */
export async function settleParts(
  _room: SettlingRoom,
  _input: SettlingEffects["settle-parts"]["input"],
): Promise<Settlement> {
  throw new StillpointError("INTERNAL", "not built yet");
}
