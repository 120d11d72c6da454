import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import { type Probe, probeMilliseconds } from "../clock-probe.ts";
import type { CqlNode } from "./cql.ts";

/** Understood by every version since 2.2; `system.local` has one row. */
const NOW = "SELECT toUnixTimestamp(now()) AS ms FROM system.local";

export function probeNodeClock(
  node: CqlNode,
  now: () => number,
  probe: Probe,
): Promise<readonly ClockSample[]> {
  return probeMilliseconds({ askMs: () => nodeNow(node), now }, probe);
}

async function nodeNow(node: CqlNode): Promise<number> {
  const [row] = await node.query(NOW);
  const ms = Number(row?.["ms"]);
  if (Number.isSafeInteger(ms)) return ms;
  throw new StillpointError(
    "CLOCK_UNMEASURED",
    `the clock of Cassandra's node "${node.address}" says "${String(row?.["ms"])}", which is no time`,
  );
}
