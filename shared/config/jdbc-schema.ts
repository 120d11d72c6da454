import * as z from "zod";
import { ArtifactsSection } from "./artifact-schema.ts";
import { duration, text } from "./fields.ts";
import { host, password, port, sqlName, sqlTls } from "./sql-schema.ts";

/** What the sections of every kind of database have. */
type Namespaces = z.core.$ZodLooseShape;

const user = sqlName.describe("User of the server, as which everything is done.");

/** A PostgreSQL or MySQL server that is backed up by dumps. */
export function jdbcSection<N extends Namespaces>(namespaces: N) {
  return z
    .strictObject({
      kind: z
        .literal("jdbc")
        .describe("The database: a PostgreSQL, MySQL or MariaDB server, backed up by dumps."),
      engine: z.enum(["postgresql", "mysql"]).describe('Which of them; "mysql" is MariaDB too.'),
      host: host.describe("Host name or address of the server."),
      port: port.optional().describe("Port of the server. Default: 5432, or 3306."),
      database: sqlName
        .optional()
        .describe("PostgreSQL only: the database that holds ScalarDB's schemas. MySQL has schemas only."),
      user,
      password,
      tls: sqlTls,
      ...namespaces,
      schemas: z
        .array(sqlName)
        .min(1, "must name at least one schema")
        .optional()
        .describe(
          "What is dumped. Default: on PostgreSQL the whole database, on MySQL the schemas that ScalarDB's metadata lists, " +
            "with the coordinator's and the metadata's own.",
        ),
      format: z
        .enum(["custom", "plain"])
        .default("custom")
        .describe("PostgreSQL only: pg_dump's custom format, which is restored in parallel, or plain SQL."),
      tools: text("must be the path of a folder")
        .optional()
        .describe(
          "Folder of pg_dump and pg_restore, or of mysqldump or mariadb-dump, relative to the configuration file. " +
            "Default: wherever the shell finds them.",
        ),
      replicaWait: duration("0s", "1h")
        .prefault("0s")
        .describe(
          "Where the server is a replica: how long a backup waits for it to catch up, before anything is paused. " +
            "Default: one that lags is refused.",
        ),
      dumps: ArtifactsSection,
    })
    .describe(
      "A PostgreSQL, MySQL or MariaDB server that the deployment keeps its data in, backed up by dumps.",
    );
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const SERVICES = ["rds", "aurora", "azure-postgresql", "azure-mysql"] as const;

/** A server that a cloud runs and backs up, restored by point-in-time recovery to a new one. */
export function managedSection<N extends Namespaces>(namespaces: N) {
  return z
    .strictObject({
      kind: z
        .literal("managed")
        .describe(
          "The database: a server of Amazon RDS, Aurora or Azure Database, backed up by the service.",
        ),
      service: z.enum(SERVICES).describe("Which service runs it."),
      region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/)
        .optional()
        .describe("RDS and Aurora: AWS region."),
      endpoint: text("must be the address of an HTTP service", /^https?:\/\//)
        .optional()
        .describe("RDS and Aurora: address of the service's API, where it is not AWS's own."),
      profile: text("must be the name of an AWS profile")
        .optional()
        .describe("RDS and Aurora: AWS profile with the credentials."),
      server: text(
        "must be the name of a server: letters, digits and hyphens",
        /^[A-Za-z0-9-]{1,63}$/,
      ).describe("Identifier of the RDS instance or Aurora cluster, or name of the flexible server."),
      subscription: text("must be the id of a subscription", GUID)
        .optional()
        .describe("Azure: subscription of the server."),
      resourceGroup: text("must be the name of a resource group", /^[-\w.()]{1,90}$/)
        .optional()
        .describe("Azure: resource group of the server; restored servers are made in it too."),
      armEndpoint: text("must be the address of an HTTP service", /^https?:\/\//)
        .optional()
        .describe("Azure: address of Azure Resource Manager, where it is not that of the public cloud."),
      database: sqlName
        .optional()
        .describe("PostgreSQL only: the database that holds ScalarDB's schemas. MySQL has schemas only."),
      user: sqlName.describe("User as which the rows are read to verify them, and the clock is asked."),
      password,
      tls: sqlTls,
      ...namespaces,
    })
    .describe("A server of Amazon RDS, Aurora or Azure Database that the deployment keeps its data in.");
}
