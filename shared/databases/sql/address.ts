import { readFileSync } from "node:fs";
import type { JdbcDatabaseSettings } from "../../config/config.ts";
import { isThisMachine } from "../../config/server-rules.ts";
import type { Environment } from "../../config/tls-material.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { SqlAddress } from "./sql.ts";

type Access = Pick<
  JdbcDatabaseSettings,
  "name" | "engine" | "host" | "port" | "database" | "user" | "password" | "tls"
>;

/** Where a database is asked, with its password: the only place where a reference to it becomes the password. */
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

function passwordOf({ name, password }: Access, env: Environment): string {
  const found = "env" in password ? env[password.env] : fileText(name, password.file);
  if (found !== undefined && found !== "") return found;
  const source = "env" in password ? `environment variable "${password.env}"` : `file "${password.file}"`;
  const what = found === undefined ? "is not set" : "is empty";
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot use the password of database "${name}": ${source} ${what}; nothing was contacted`,
  );
}

/** An editor leaves a line end behind, which is no part of the password. */
function fileText(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new StillpointError(
      "CONFIG_INVALID",
      `Cannot read the password of database "${name}" from "${file}": ${messageOf(error)}; nothing was contacted`,
      { cause: error },
    );
  }
}
