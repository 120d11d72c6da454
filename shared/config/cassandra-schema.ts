import * as z from "zod";
import { duration } from "./fields.ts";
import { certificateSource, exactlyOne } from "./pem-schema.ts";
import { host, password, port, sqlName } from "./sql-schema.ts";
import { bucketFields } from "./store-fields.ts";

/** What the sections of every kind of database have. */
type Namespaces = z.core.$ZodLooseShape;

/** Functions run no command of the operator's. */
export const NO_CASSY = "needs cassy: without it a backup is taken by a command only, on a host of yours";

const tls = z
  .union([
    z.literal("off").describe("Plaintext: for a network in which nobody else listens."),
    z
      .strictObject({
        ca: certificateSource
          .optional()
          .meta({ ...exactlyOne, description: "Certificate authorities to trust instead of the system's." }),
      })
      .describe("TLS with the nodes' certificates and names verified."),
  ])
  .prefault({})
  .describe("TLS to the nodes, always verified. Default: by the authorities that the system trusts.");

const CassySection = z
  .strictObject({
    host: host.describe(
      "Host of Cassy's gRPC server, or of a tunnel to it: Cassy has no TLS, and whoever reaches it can restore.",
    ),
    port: port.default(20051).describe("Port of Cassy's gRPC server, or of the tunnel."),
    cassandraHost: host.describe(
      "A node of the cluster as Cassy itself reaches it: it is registered by that.",
    ),
    mode: z
      .enum(["guarded", "cassy"])
      .default("guarded")
      .describe(
        'Who pauses the instances: "guarded", Stillpoint, with a verdict; or "cassy", Cassy by itself, which can only be observed.',
      ),
    bucket: z
      .strictObject({
        name: bucketFields.bucket.describe("Name of the bucket in Cassy's storage_base_uri."),
        region: bucketFields.region,
        endpoint: bucketFields.endpoint,
        profile: bucketFields.profile,
      })
      .describe("Where Cassy uploads to: a backup is complete only once its files were seen there."),
    uploadLimit: duration("1m", "7d")
      .prefault("12h")
      .describe("How long the uploads of a backup may take before it is given up: Cassy may never say."),
  })
  .describe("Cassy, which takes and restores snapshots of all nodes. Without it: stillpoint backup --run.");

export function cassandraSection<N extends Namespaces>(namespaces: N) {
  return z
    .strictObject({
      kind: z.literal("cassandra").describe("The database: a Cassandra cluster."),
      contactPoints: z
        .array(host)
        .min(1, "must name at least one node")
        .describe("Nodes that are asked first, in CQL; the others are found by them."),
      port: port.default(9042).describe("Port of CQL, the same on all nodes."),
      dataCenter: sqlName
        .optional()
        .describe("Data center whose nodes are asked. Default: that of the first contact point."),
      user: sqlName
        .optional()
        .describe("User as which rows and schema are read. Default: nobody in particular."),
      password: password.optional(),
      tls,
      ...namespaces,
      cassy: CassySection.optional(),
    })
    .describe("A Cassandra cluster that the deployment keeps its data in.");
}
