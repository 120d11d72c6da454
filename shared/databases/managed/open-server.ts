import type { ManagedService } from "../../config/config.ts";
import { once } from "../once.ts";
import type { ManagedServer } from "./service.ts";

/** `database` is the one of ScalarDB's schemas, on PostgreSQL. Nothing is contacted yet, nor any adapter loaded. */
export function openServer(service: ManagedService, database: string | undefined): ManagedServer {
  const { get, ifOpened } = once(() => load(service, database));
  return {
    canRename: service.kind === "rds" || service.kind === "aurora",
    capture: async () => (await get()).capture(),
    identify: async () => (await get()).identify(),
    askSecond: async () => (await get()).askSecond(),
    find: async (captured) => (await get()).find(captured),
    isStanding: async (captured) => (await get()).isStanding(captured),
    findNamed: async (name) => (await get()).findNamed(name),
    reach: async (captured) => (await get()).reach(captured),
    obstacles: async (wanted) => (await get()).obstacles(wanted),
    losses: async (original) => (await get()).losses(original),
    start: async (server, run) => (await get()).start(server, run),
    advance: async (server, run, started) => (await get()).advance(server, run, started),
    settle: async (server, run) => (await get()).settle(server, run),
    swap: async (server, run) => (await get()).swap(server, run),
    addressOf: async (name) => (await get()).addressOf(name),
    remove: async (server, run, guard) => (await get()).remove(server, run, guard),
    close: () => ifOpened((server) => server.close()),
  };
}

async function load(service: ManagedService, database: string | undefined): Promise<ManagedServer> {
  switch (service.kind) {
    case "rds":
    case "aurora":
      return (await import("./rds/server.ts")).openRds(service, database);
    case "azure-postgresql":
    case "azure-mysql":
      return (await import("./flexible/server.ts")).openFlexibleServer(service, database);
    default:
      return service satisfies never;
  }
}
