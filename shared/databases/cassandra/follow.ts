import type { Followed } from "../../backup/followed.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CassyTools } from "./database.ts";

export async function follow(_tools: CassyTools, _captured: unknown): Promise<Followed> {
  throw new StillpointError("INTERNAL", "Cassy's uploads are not followed yet");
}
