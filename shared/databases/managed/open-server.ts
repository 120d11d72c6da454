import type { ManagedService } from "../../config/config.ts";
import { openFlexibleServer } from "./flexible/server.ts";
import { openRds } from "./rds/server.ts";
import type { ManagedServer } from "./service.ts";

/** `database` is the one of ScalarDB's schemas, on PostgreSQL. Nothing is contacted yet. */
export function openServer(service: ManagedService, database: string | undefined): ManagedServer {
  switch (service.kind) {
    case "rds":
    case "aurora":
      return openRds(service, database);
    case "azure-postgresql":
    case "azure-mysql":
      return openFlexibleServer(service, database);
    default:
      return service satisfies never;
  }
}
