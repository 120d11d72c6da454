import * as z from "zod";

const dumpedTable = z.strictObject({
  schema: z.string(),
  name: z.string(),
  /** The server's own estimate; absent where it has none. */
  rows: z.number().exactOptional(),
  bytes: z.number(),
});
export type DumpedTable = Readonly<z.infer<typeof dumpedTable>>;

/** The dump of one database: where it is and what it must be. */
export const Artifact = z.strictObject({
  /** `bucket "ledger-dumps"`, for people. */
  store: z.string(),
  /** In the store of the configuration. */
  key: z.string(),
  format: z.enum(["custom", "plain"]),
  /** The tool and its version, as it calls itself. */
  tool: z.string(),
  /** Known once it is complete. SHA-256 of the stored bytes, in hexadecimal digits. */
  sha256: z.string().exactOptional(),
  bytes: z.number().exactOptional(),
  /** Before compression. */
  rawBytes: z.number().exactOptional(),
});
export type Artifact = Readonly<z.infer<typeof Artifact>>;

/** What a restore point keeps of a database that is dumped, and the manifest beside the dump too. */
export const CapturedJdbc = z.strictObject({
  engine: z.enum(["postgresql", "mysql"]),
  /** `PostgreSQL`, `MySQL` or `MariaDB`. */
  product: z.string(),
  serverVersion: z.string(),
  host: z.string(),
  port: z.number().int(),
  /** PostgreSQL only. */
  database: z.string().exactOptional(),
  /** All that is dumped. */
  schemas: z.array(z.string()),
  tables: z.array(dumpedTable),
  /** What a dump does not carry and a restore puts back or compares, by the engine's adapter. JSON. */
  settings: z.unknown(),
  /** Of its snapshot, in ms on the server's clock. */
  snapshot: z
    .strictObject({
      atMs: z.number(),
      /** PostgreSQL: position in its log and the transactions that it sees. */
      position: z.string().exactOptional(),
    })
    .exactOptional(),
  artifact: Artifact.exactOptional(),
});
export type CapturedJdbc = Readonly<z.infer<typeof CapturedJdbc>>;
