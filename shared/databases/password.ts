import { readFileSync } from "node:fs";
import type { PasswordSource } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";

interface Protected {
  /** The database, for messages. */
  readonly name: string;
  readonly password: PasswordSource;
}

/** The only place where a reference to the password of a database becomes the password. */
export function passwordOf({ name, password }: Protected, env: Environment): string {
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
