import { openArtifacts } from "../../artifacts/open-store.ts";
import type { ArtifactStore } from "../../artifacts/store.ts";
import type { Followed } from "../../backup/followed.ts";
import type { JdbcDatabaseSettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedJdbc } from "../../restore/jdbc/captured.ts";
import type { Probe } from "../clock-probe.ts";
import { once } from "../once.ts";
import { probeSqlClock } from "../sql/clock.ts";
import { followDump } from "./follow-dump.ts";
import type { JdbcServer, RunningDump, Worth } from "./server.ts";

/** A server of a deployment that is dumped, with the store that its dumps go to. */
export interface JdbcDatabase {
  readonly kind: "jdbc";
  readonly settings: JdbcDatabaseSettings;
  server(): Promise<JdbcServer>;
  store(): Promise<ArtifactStore>;
  capture(): Promise<Worth & { readonly captured: CapturedJdbc }>;
  identify(): Promise<Worth>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** Begins a dump of what was captured last. */
  startDump(clock: () => number, signal: AbortSignal): Promise<Begun>;
  /** What became of a dump whose own process has ended; `leftMs` is how long this one lives at most. */
  follow(captured: unknown, passedMs: number, leftMs?: () => number): Promise<Followed>;
  close(): void;
}

export interface Begun {
  readonly dump: RunningDump;
  readonly captured: CapturedJdbc;
}

export function openJdbc(settings: JdbcDatabaseSettings, env: Environment): JdbcDatabase {
  // Neither a driver nor an SDK is loaded, and no secret read, by who only asks for the catalog.
  const server = once(() => openServer(settings, env));
  const store = once(() => openArtifacts(settings.dumps, env));
  let last: CapturedJdbc | undefined;
  const capture = async () => {
    const [found, unsafe] = await Promise.all([
      (await server.get()).capture(),
      (await store.get()).problems(),
    ]);
    last = found.captured;
    return { ...found, artifact: "pending" as const, problems: [...found.problems, ...unsafe] };
  };
  return {
    kind: "jdbc",
    settings,
    server: server.get,
    store: store.get,
    capture,
    identify: async () => ({ ...(await (await server.get()).identify()), artifact: "pending" }),
    probeClock: async (now, probe) => probeSqlClock((await server.get()).sql, now, probe),
    startDump: async (clock, signal) => {
      const captured = last ?? (await capture()).captured;
      return { dump: await (await server.get()).startDump(captured, clock, signal), captured };
    },
    follow: async (captured, _, leftMs) => followDump(await store.get(), captured, leftMs),
    close: () => {
      server.ifOpened((each) => each.close());
      store.ifOpened((each) => each.close());
    },
  };
}

async function openServer(settings: JdbcDatabaseSettings, env: Environment): Promise<JdbcServer> {
  switch (settings.engine) {
    case "postgresql":
      return (await import("./postgresql/postgresql.ts")).openPostgresql(settings, env);
    case "mysql":
      return (await import("./mysql/open-mysql.ts")).openMysql(settings, env);
    default:
      return settings.engine satisfies never;
  }
}
