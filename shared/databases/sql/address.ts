import type { JdbcDatabaseSettings } from "../../config/config.ts";
import { isThisMachine } from "../../config/server-rules.ts";
import type { Environment } from "../../config/tls-material.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { passwordOf } from "../password.ts";
import type { SqlAddress } from "./sql.ts";

type Access = Pick<
  JdbcDatabaseSettings,
  "name" | "engine" | "host" | "port" | "database" | "user" | "password" | "tls"
>;

/** Where a database is asked, with its password. */
export function addressOf(settings: Access, env: Environment): SqlAddress {
  const { engine, host, port, database, user, tls } = settings;
  if (tls === "off" && !isThisMachine(host))
    throw new StillpointError(
      "CONFIG_INVALID",
      `Cannot use database "${settings.name}" at "${host}" without TLS: rows and the password would travel in the clear; nothing was contacted`,
    );
  return {
    engine,
    host,
    port,
    ...(database !== undefined && { database }),
    user,
    password: passwordOf(settings, env),
    tls,
  };
}
