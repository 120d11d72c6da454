import * as z from "zod";
import { RECOVERY_EXPIRY_MS } from "./recovery.ts";

const sqlServer = z.strictObject({
  engine: z.enum(["postgresql", "mysql"]),
  host: z.string(),
  port: z.number().int(),
  database: z.string().exactOptional(),
  user: z.string(),
  password: z.string(),
});

const endpoint = z.union([
  z.strictObject({ url: z.url(), region: z.string() }),
  z.strictObject({ kind: z.literal("cosmosdb"), url: z.url(), key: z.string(), ca: z.string() }),
  z.strictObject({
    kind: z.literal("jdbc"),
    main: sqlServer,
    elsewhere: z.record(z.string(), sqlServer).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("cassandra"),
    contactPoints: z.array(z.string()).readonly(),
    port: z.number().int(),
    dataCenter: z.string(),
  }),
]);

/** Holds the endpoint as JSON: it may have a secret in it, and arguments are shown to everybody on the machine. */
export const ENDPOINT_VARIABLE = "STILLPOINT_LEDGER_ENDPOINT";

/** What one instance is started with: as JSON in its first argument, but for the endpoint. */
export const InstanceOptions = z.strictObject({
  endpoint,
  prefix: z.string(),
  /** The same for all instances of a ledger: they sign as one entity. */
  seed: z.string(),
  semantics: z.enum(["scalardl-3.14", "scalardl-3.13", "scalardb-server"]).default("scalardl-3.14"),
  grouping: z.enum(["together", "each-record"]).default("together"),
  /** Needs a coordinator's table with a column for them. */
  logsWriteSets: z.boolean().default(false),
  recoveryExpiryMs: z.number().int().positive().default(RECOVERY_EXPIRY_MS),
  host: z.string().default("127.0.0.1"),
  /** 0 takes a free one; so does the clients' port always. */
  adminPort: z.number().int().nonnegative().default(0),
  /** How much longer a request stays inside once a pause has begun: makes a slow drain. */
  pauseDrainSlowMs: z.number().int().nonnegative().default(0),
  tls: z
    .strictObject({ certificate: z.string(), key: z.string(), clientCa: z.string().exactOptional() })
    .exactOptional(),
});
export type InstanceOptions = z.infer<typeof InstanceOptions>;
export type InstanceInput = z.input<typeof InstanceOptions>;

/** What an instance prints, on one line, once it serves. */
export const InstanceReady = z.strictObject({
  adminPort: z.number().int(),
  clientPort: z.number().int(),
});
export type InstanceReady = z.infer<typeof InstanceReady>;
