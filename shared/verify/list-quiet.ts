import { StillpointError } from "../errors/stillpoint-error.ts";
import type { ScannedSegment } from "./part.ts";
import type { QuietAsked, QuietFound } from "./quiet-seconds.ts";
import type { Scope } from "./scope.ts";
import type { Workroom } from "./workroom.ts";

/** Which seconds were quiet, by the parts of a coordinator. */
export async function listQuiet(
  _room: Workroom,
  _input: { readonly scope: Scope; readonly scanned: readonly ScannedSegment[]; readonly asked: QuietAsked },
): Promise<QuietFound> {
  throw new StillpointError("INTERNAL", "not built yet");
}
