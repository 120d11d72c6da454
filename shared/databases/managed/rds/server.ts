import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import type { ManagedServer } from "../service.ts";
import { advance } from "./advance.ts";
import { capture, endpointOf } from "./capture.ts";
import { askSecond } from "./clock.ts";
import { connect, type RdsAddress } from "./connection.ts";
import { reachOf } from "./coverage.ts";
import { type Found, type Kind, read } from "./found.ts";
import { isStanding } from "./is-standing.ts";
import { losses } from "./losses.ts";
import { obstacles } from "./obstacles.ts";
import { remove } from "./remove.ts";
import { settle } from "./settle.ts";
import { start } from "./start.ts";
import { swap } from "./swap.ts";
import { worth } from "./worth.ts";

/** One RDS instance or Aurora cluster of a deployment. */
export interface RdsSettings extends RdsAddress {
  readonly kind: Kind;
  readonly server: string;
}

/** `database` is the one of ScalarDB's schemas, on PostgreSQL. */
export function openRds(settings: RdsSettings, database?: string): ManagedServer {
  const { kind, server, region } = settings;
  const connection = connect(settings);
  const own = async (): Promise<Found> => {
    const found = await read(connection, kind, { name: server });
    return found ?? absent(server, region);
  };
  const captured = (found: Found | undefined) => found && capture(connection, found, database);
  const find = ({ service, resourceId }: CapturedManaged) =>
    read(connection, service as Kind, { resourceId });
  return {
    canRename: true,
    capture: async () => {
      const found = await own();
      const reach = await reachOf(connection, found);
      return { ...worth(found, reach), captured: await capture(connection, found, database) };
    },
    identify: async () => {
      const found = await own();
      return worth(found, await reachOf(connection, found));
    },
    askSecond: () => askSecond(connection),
    find: async (was) => captured(await find(was)),
    isStanding: async (was) => {
      const found = await find(was);
      return found !== undefined && isStanding(found, was);
    },
    findNamed: async (name) => captured(await read(connection, kind, { name })),
    reach: async (was) => {
      const found = await find(was);
      return found && reachOf(connection, found);
    },
    obstacles: (wanted) => obstacles(connection, wanted),
    losses: async (original) => [...losses(original)],
    start: async (planned, run) => {
      await start(connection, planned, run);
      return {};
    },
    advance: (planned, run) => advance(connection, planned, run),
    settle: (planned, run) => settle(connection, planned, run),
    swap: (planned, run) => swap(connection, planned, run),
    addressOf: async (name) => endpointOf((await read(connection, kind, { name })) ?? absent(name, region)),
    remove: (planned, run, guard) => remove(connection, planned, run, guard),
    close: () => connection.close(),
  };
}

function absent(name: string, region: string): never {
  throw new StillpointError(
    "DATABASE_REFUSED",
    `there is no server "${name}" in region "${region}": check service, region, profile and server in the configuration`,
  );
}
