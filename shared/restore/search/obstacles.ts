import { boundOf, coordinatorObstacles, type SettlingFacts, WIDEST_BOUND_MS } from "../dynamodb/settling.ts";

/** Why no quiet second can be looked for in a deployment, a sentence each, all at once. */
export function quietObstacles({
  schemas,
  namespaces,
  clocks,
}: Pick<SettlingFacts, "schemas" | "namespaces" | "clocks">): readonly string[] {
  const boundMs = boundOf(clocks);
  const tooWide = `the clocks may be ${boundMs} ms apart (pause.scalarClockBound), and a second with more than ${WIDEST_BOUND_MS} ms of quiet on both sides is nothing to look for`;
  return [...coordinatorObstacles(schemas, namespaces), ...(boundMs > WIDEST_BOUND_MS ? [tooWide] : [])];
}
