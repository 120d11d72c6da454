import { PUBLIC_ARM } from "../../../azure/arm/options.ts";
import { askSecond } from "../../../azure/clock.ts";
import type { FlexibleServerService } from "../../../config/config.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { ManagedServer } from "../service.ts";
import { advance } from "./advance.ts";
import { capture } from "./capture.ts";
import { connect } from "./connection.ts";
import { reachOf } from "./coverage.ts";
import { type Found, readServer, requireServer, resourceIdOf } from "./found.ts";
import { KINDS } from "./kind.ts";
import { losses } from "./losses.ts";
import { obstacles } from "./obstacles.ts";
import { remove } from "./remove.ts";
import { settle } from "./settle.ts";
import { start } from "./start.ts";
import { worth } from "./worth.ts";

/** A flexible server of a deployment. `database` is the one of ScalarDB's schemas, on PostgreSQL. */
export function openFlexibleServer(address: FlexibleServerService, database?: string): ManagedServer {
  const connection = connect(address);
  const { server, armEndpoint = PUBLIC_ARM } = address;
  const now = () => askSecond(armEndpoint);
  const captured = (found: Found | undefined) => found && capture(connection, found, database);
  // Names do not change: the very server is the one of this name that was made at that time.
  const find = async ({ server: name, resourceId }: { server: string; resourceId: string }) => {
    const found = await readServer(connection, name);
    return found !== undefined && resourceIdOf(found) === resourceId ? found : undefined;
  };
  const valued = async (found: Found) => worth(found, reachOf(found, await now()));
  return {
    canRename: false,
    capture: async () => {
      const found = await requireServer(connection, server);
      return { ...(await valued(found)), captured: await capture(connection, found, database) };
    },
    identify: async () => valued(await requireServer(connection, server)),
    askSecond: now,
    find: async (was) => captured(await find(was)),
    isStanding: async (was) => (await find(was)) !== undefined,
    findNamed: async (name) => captured(await readServer(connection, name)),
    reach: async (was) => {
      const found = await find(was);
      return found && reachOf(found, await now());
    },
    obstacles: (wanted) => obstacles(connection, wanted),
    losses: async (original) => [...losses(original)],
    start: (planned, run) => start(connection, planned, run),
    advance: (planned, run, started) => advance(connection, planned, run, started),
    settle: (planned, run) => settle(connection, planned, run),
    swap: async ({ original }) => {
      throw new StillpointError(
        "DATABASE_REFUSED",
        `flexible server "${original.server}" cannot be renamed: Azure has no such operation. Nothing was touched`,
      );
    },
    addressOf: async (name) => {
      const { properties } = await requireServer(connection, name);
      const { engine, port } = KINDS[address.kind];
      return { engine, host: properties?.fullyQualifiedDomainName ?? "", port };
    },
    remove: (planned, run, guard) => remove(connection, planned, run, guard),
    close: () => connection.standbys.clear(),
  };
}
