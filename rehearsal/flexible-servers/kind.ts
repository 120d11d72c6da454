export type Kind = "postgresql" | "mysql";

export interface ParameterDefault {
  readonly value: string;
  /** Whether it changes without a restart. */
  readonly dynamic: boolean;
  readonly readOnly?: boolean;
}

/** What the two services call the same thing, and how else they differ. */
export interface KindFacts {
  readonly provider: string;
  readonly domain: string;
  readonly version: string;
  /** Of a server that is being made. */
  readonly newborn: string;
  /** Of one that is being restarted. */
  readonly restarting: string;
  /** Member of a request that says to which moment is restored. */
  readonly restoreTime: string;
  readonly groupId: string;
  readonly parameters: Readonly<Record<string, ParameterDefault>>;
  /** MySQL writes `"True"`. */
  readonly flag: (value: boolean) => unknown;
}

const POSTGRESQL: KindFacts = {
  provider: "Microsoft.DBforPostgreSQL",
  domain: "postgres.database.azure.com",
  version: "16",
  newborn: "Provisioning",
  restarting: "Restarting",
  restoreTime: "pointInTimeUTC",
  groupId: "postgresqlServer",
  parameters: {
    "azure.extensions": { value: "", dynamic: true },
    log_min_duration_statement: { value: "-1", dynamic: true },
    max_connections: { value: "859", dynamic: false },
    "pgbouncer.enabled": { value: "false", dynamic: true },
    shared_preload_libraries: { value: "pg_cron,pg_stat_statements", dynamic: false },
    ssl: { value: "on", dynamic: true, readOnly: true },
  },
  flag: (value) => value,
};

const MYSQL: KindFacts = {
  provider: "Microsoft.DBforMySQL",
  domain: "mysql.database.azure.com",
  version: "8.0.21",
  newborn: "Starting",
  restarting: "Updating",
  restoreTime: "restorePointInTime",
  groupId: "mysqlServer",
  parameters: {
    event_scheduler: { value: "ON", dynamic: true },
    innodb_buffer_pool_instances: { value: "8", dynamic: false },
    long_query_time: { value: "10", dynamic: true },
    time_zone: { value: "SYSTEM", dynamic: true },
    version_comment: { value: "Source distribution", dynamic: true, readOnly: true },
  },
  flag: (value) => (value ? "True" : "False"),
};

export const KINDS: Readonly<Record<Kind, KindFacts>> = { postgresql: POSTGRESQL, mysql: MYSQL };
