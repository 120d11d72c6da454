import {
  boundObstacles,
  coordinatorObstacles,
  type SettlingFacts,
  untracedObstacles,
} from "../dynamodb/settled/settling.ts";

/** Why no quiet second can be looked for in a deployment, a sentence each, all at once. */
export function quietObstacles({
  schemas,
  namespaces,
  clocks,
}: Pick<SettlingFacts, "schemas" | "namespaces" | "clocks">): readonly string[] {
  return [
    ...coordinatorObstacles(schemas, namespaces),
    ...untracedObstacles(schemas),
    ...boundObstacles(clocks),
  ];
}
