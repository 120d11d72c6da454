import * as z from "zod";

/** Something beside a server that is made for it and a resource of its own, such as an alarm or a firewall rule. */
const surrounding = z.strictObject({
  /** What it is, in the plan's words: `alarm`, `firewall rule`, `read replica`. */
  kind: z.string(),
  name: z.string(),
  /** What it says, as the service answers it, without what names the server itself. */
  says: z.unknown(),
});
export type Surrounding = Readonly<z.infer<typeof surrounding>>;

/** How something is set, by the service's own names of the settings; `null` is "not set". */
const settings = z.record(z.string(), z.unknown());
export type ManagedSettings = Readonly<z.infer<typeof settings>>;

/** An instance of a cluster that holds the data itself (Aurora). */
const member = z.strictObject({
  name: z.string(),
  resourceId: z.string(),
  writer: z.boolean(),
  /** Lower is earlier to become the writer. */
  tier: z.number().int(),
  settings,
  tags: z.record(z.string(), z.string()),
});
export type ManagedMember = Readonly<z.infer<typeof member>>;

/**
 * A server that a cloud runs, and how it is set: taken at each backup, and when a restore is planned. Only what is to
 * come back is in `settings`, `members`, `tags` and `surroundings`: they are compared one by one.
 */
export const CapturedManaged = z.strictObject({
  service: z.enum(["rds", "aurora", "azure-postgresql", "azure-mysql"]),
  engine: z.enum(["postgresql", "mysql"]),
  /** As the service names it, such as `aurora-postgresql`. */
  product: z.string(),
  version: z.string(),
  /** Its name when it was captured. */
  server: z.string(),
  /** Of this very server: another one of the same name has another. */
  resourceId: z.string(),
  /** Region; or subscription, resource group and region. */
  place: z.record(z.string(), z.string()),
  host: z.string(),
  port: z.number().int(),
  /** PostgreSQL only: the database that ScalarDB's schemas are in, by the configuration. */
  database: z.string().exactOptional(),
  /** `schema.table` of what ScalarDB's metadata lists, where the server itself could be asked. */
  tables: z.array(z.string()).exactOptional(),
  createdSecond: z.number().int(),
  settings,
  tags: z.record(z.string(), z.string()),
  members: z.array(member),
  surroundings: z.array(surrounding),
  /** What could not be looked at and why, such as for lack of permission: named in the plan. */
  unread: z.array(z.string()),
});
export type CapturedManaged = Readonly<z.infer<typeof CapturedManaged>>;
