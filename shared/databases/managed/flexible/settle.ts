import { changing } from "../../../azure/arm/changing.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import { capture } from "./capture.ts";
import type { FlexibleConnection } from "./connection.ts";
import { isReady, requireServer } from "./found.ts";
import { putParametersBack, restartWhereNeeded } from "./settings/parameters.ts";
import { putAdministratorsBack, putFirewallBack } from "./settings/parts.ts";
import { putPrivateEndpointsBack } from "./settings/private-endpoints.ts";
import { putServerSettingsBack } from "./settings/server.ts";
import { putSidesBack } from "./settings/sides.ts";
import { putStandbyBack } from "./settings/standby.ts";
import type { Settling } from "./settling.ts";
import { requireOurs } from "./start.ts";

interface Settled {
  readonly done: boolean;
  readonly refused: readonly string[];
}

/** One change more may take ten minutes by itself. */
const STEP_MS = 240_000;

/** Each answers whether nothing of its own is outstanding. */
type Stage = (connection: FlexibleConnection, settling: Settling) => Promise<boolean>;

/**
 * In the order that the services take: parameters before the restart that some need, the standby once the server is as
 * it shall be; who may reach it last.
 */
const STAGES: readonly Stage[] = [
  putServerSettingsBack,
  putParametersBack,
  restartWhereNeeded,
  putStandbyBack,
  putAdministratorsBack,
  putFirewallBack,
  putPrivateEndpointsBack,
  putSidesBack,
];

/**
 * A step towards the settings that a restore could not pass. What is as wanted already is left alone; what the service
 * refuses for good is told, and asked for again in the next step only.
 */
export async function settle(
  connection: FlexibleConnection,
  server: PlannedServer,
  run: string,
): Promise<Settled> {
  const found = await requireServer(connection, server.target);
  requireOurs(found, run);
  const changes = changing();
  const { refused } = changes;
  if (!isReady(found)) return { done: false, refused };
  const restored = await capture(connection, found, undefined);
  const started = performance.now();
  const isLate = () => performance.now() - started > STEP_MS;
  const settling = { server, run, restored, changes, isLate };
  for (const stage of STAGES)
    if (isLate() || !(await stage(connection, settling))) return { done: false, refused };
  return { done: true, refused };
}
