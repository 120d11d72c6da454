import type { Request } from "../../../shared/catalog/model.ts";
import { fact } from "./text.ts";
import { showTime } from "./time.ts";

/** What was asked for and refused, oldest first, with the reasons. */
export function refusedLines(requests: readonly Request[]): readonly string[] {
  if (requests.length === 0) return ["no refused requests"];
  return requests.flatMap(({ id, kind, receivedMs, failure }) => [
    `${id}  ${kind} asked for ${showTime(receivedMs)}, refused`,
    ...fact("because", `${failure?.code}: ${failure?.message}`),
  ]);
}
