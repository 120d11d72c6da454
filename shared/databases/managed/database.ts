import type { Followed } from "../../backup/followed.ts";
import type { ManagedDatabaseSettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedManaged } from "../../restore/managed/captured.ts";
import { type Probe, probeClock } from "../clock-probe.ts";
import { addressOf } from "../sql/address.ts";
import { probeSqlClock } from "../sql/clock.ts";
import { openSql } from "../sql/open-sql.ts";
import { quoted } from "../sql/quote.ts";
import type { Sql } from "../sql/sql.ts";
import { follow } from "./follow.ts";
import { openServer } from "./open-server.ts";
import type { ManagedServer, ManagedWorth } from "./service.ts";

/** A server of a deployment that a cloud runs and backs up, asked at the service's API and in SQL. */
export interface ManagedDatabase {
  readonly kind: "managed";
  readonly settings: ManagedDatabaseSettings;
  readonly server: ManagedServer;
  capture(): Promise<ManagedWorth & { readonly captured: CapturedManaged }>;
  identify(): Promise<ManagedWorth>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** What became of the backup of a second: it reaches the service's own backups some minutes later. */
  follow(captured: unknown, passedMs: number): Promise<Followed>;
  /** A server of this name, the deployment's own or a restored one, asked with the deployment's user. */
  sqlOf(name: string): Promise<Sql>;
  close(): void;
}

export function openManaged(settings: ManagedDatabaseSettings, env: Environment): ManagedDatabase {
  const { service, database } = settings;
  const server = openServer(service, database);
  const connections = new Map<string, Promise<Sql>>();
  const sqlOf = (name: string): Promise<Sql> => {
    const known = connections.get(name);
    if (known !== undefined) return known;
    const opening = connect(settings, server, name, env);
    connections.set(name, opening);
    opening.catch(() => connections.delete(name));
    return opening;
  };
  const ownSql = () => sqlOf(service.server);
  return {
    kind: "managed",
    settings,
    server,
    capture: async () => {
      const found = await server.capture();
      const rows = await tablesOf(settings, ownSql);
      if (rows.kind === "unknown") {
        const unread = [...found.captured.unread, `the tables (${rows.why})`];
        return { ...found, captured: { ...found.captured, unread } };
      }
      const elsewhere = !rows.tables.includes(`${settings.coordinatorNamespace}.state`);
      return {
        ...found,
        ...(elsewhere && { coordinator: "elsewhere" }),
        captured: { ...found.captured, tables: [...rows.tables] },
      };
    },
    identify: () => server.identify(),
    probeClock: async (now, probe) => {
      try {
        return await probeSqlClock(await ownSql(), now, probe);
      } catch {
        // Where this process cannot reach the server itself: the clock of the service's API, an estimate of it.
        return probeClock({ now, askSecond: () => server.askSecond() }, probe);
      }
    },
    follow: (captured, passedMs) => follow(server, captured, passedMs),
    sqlOf,
    close: () => {
      server.close();
      for (const opening of connections.values())
        opening.then(
          (sql) => sql.close(),
          () => undefined,
        );
    },
  };
}

async function connect(
  settings: ManagedDatabaseSettings,
  server: ManagedServer,
  name: string,
  env: Environment,
): Promise<Sql> {
  const { engine, host, port } = await server.addressOf(name);
  if (host === "") throw new StillpointError("DATABASE_UNREACHABLE", `server "${name}" has no endpoint yet`);
  return openSql(addressOf({ ...settings, engine, host, port }, env));
}

type Tables =
  | { readonly kind: "known"; readonly tables: readonly string[] }
  | { readonly kind: "unknown"; readonly why: string };

/** What ScalarDB's metadata lists. A host that cannot reach the server can take its backups all the same. */
async function tablesOf(
  { metadataNamespace }: ManagedDatabaseSettings,
  ownSql: () => Promise<Sql>,
): Promise<Tables> {
  try {
    const sql = await ownSql();
    const rows = await sql.query(
      `SELECT DISTINCT full_table_name FROM ${quoted(sql.engine, metadataNamespace, "metadata")} ORDER BY 1`,
    );
    return { kind: "known", tables: rows.map((row) => String(row["full_table_name"])) };
  } catch (error) {
    return { kind: "unknown", why: messageOf(error) };
  }
}
