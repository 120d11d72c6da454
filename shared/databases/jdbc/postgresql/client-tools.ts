import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { readPem } from "../../../admin/tls.ts";
import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import type { Environment } from "../../../config/tls-material.ts";
import type { SqlAddress } from "../../sql/sql.ts";
import { toolVersion } from "../tool-version.ts";

/** The programs of PostgreSQL's client, and how they are let in. */
export interface ClientTools {
  /** The path of one, or its name where the shell finds it. */
  program(name: "pg_dump" | "pg_restore" | "psql"): string;
  /** What it calls itself, and its major version; undefined where it cannot be run. */
  version(name: "pg_dump" | "pg_restore" | "psql"): Promise<ToolVersion | undefined>;
  /** All of the environment that one gets: where, as whom, with which password, TLS verified. */
  envFor(database: string): Environment;
  /** Removes the file of authorities, where one was written. */
  close(): void;
}

export interface ToolVersion {
  readonly text: string;
  readonly major: number;
}

/** For those who look at the server's sessions. */
export const APPLICATION = "stillpoint";

export function clientTools(
  { tools }: Pick<JdbcDatabaseSettings, "tools">,
  address: SqlAddress,
  env: Environment,
): ClientTools {
  const authorities = authoritiesFile(address.tls);
  const program = (name: string) => (tools === undefined ? name : join(tools, name));
  // Nothing else of the environment: variables such as PGOPTIONS, PGSERVICE and PGHOSTADDR would lead elsewhere.
  // Asked once: instances may be held when a dump is started.
  const versions = new Map<string, Promise<ToolVersion | undefined>>();
  const shell = { LC_ALL: "C", ...(env["PATH"] !== undefined && { PATH: env["PATH"] }) };
  return {
    program,
    version(name) {
      const known = versions.get(name) ?? toolVersion(program(name), shell).then(versionOf);
      versions.set(name, known);
      return known;
    },
    envFor: (database) => ({
      ...shell,
      PGHOST: address.host,
      PGPORT: String(address.port),
      PGUSER: address.user,
      PGPASSWORD: address.password,
      PGDATABASE: database,
      PGAPPNAME: APPLICATION,
      PGCONNECT_TIMEOUT: "10",
      PGGSSENCMODE: "disable",
      PGCLIENTENCODING: "UTF8",
      // Limits of the server's or the user's own would end a long dump.
      PGOPTIONS: "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
      ...(authorities === undefined
        ? { PGSSLMODE: "disable" }
        : { PGSSLMODE: "verify-full", PGSSLROOTCERT: authorities.file() }),
    }),
    close: () => authorities?.remove(),
  };
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` without whose package it is. */
function versionOf(said: string | undefined): ToolVersion | undefined {
  const [text, major] = /^\S+ \(PostgreSQL\) (\d+)\S*/.exec(said ?? "") ?? [];
  return text === undefined ? undefined : { text, major: Number(major) };
}

/** libpq before 16 does not know the system's authorities: it is given a file of those that Node trusts. */
function authoritiesFile(tls: SqlAddress["tls"]) {
  if (tls === "off") return undefined;
  let folder: string | undefined;
  return {
    file(): string {
      if (tls.ca !== undefined && "file" in tls.ca) return tls.ca.file;
      if (folder === undefined) {
        folder = mkdtempSync(join(tmpdir(), "stillpoint-authorities-"));
        writeFileSync(join(folder, "ca.pem"), authoritiesText(tls), { mode: 0o600 });
      }
      return join(folder, "ca.pem");
    },
    remove(): void {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

function authoritiesText({ ca }: Exclude<SqlAddress["tls"], "off">): string {
  return ca === undefined
    ? getCACertificates("default").join("\n")
    : readPem("the authority of the server", ca);
}
