import type { ScalarDbWorld } from "../../rehearsal/scalardb-server/world.ts";
import type { Instance } from "../../shared/pause/instance.ts";

/** The servers that run now, as a backup sees them. */
export function instancesOf({ servers }: ScalarDbWorld): readonly Instance[] {
  return servers().map(({ host, port }) => ({ component: "scalardb-server", host, port }));
}
