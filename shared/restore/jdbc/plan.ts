import type { Mode } from "../mode.ts";
import type { PlanFrame } from "../plan-frame.ts";
import type { Artifact, CapturedJdbc } from "./captured.ts";

/** Names of the databases (PostgreSQL) or schemas (MySQL) by what they were called in the dump. */
export type Names = Readonly<Record<string, string>>;

/** A dump that was stored as a whole. */
export type CompleteArtifact = Artifact & { readonly sha256: string; readonly bytes: number };

/** Where databases are restored to: what the configuration names today. */
export interface Server {
  readonly engine: CapturedJdbc["engine"];
  readonly host: string;
  readonly port: number;
  /** PostgreSQL only. */
  readonly database?: string;
}

/** What is under one of the original names. */
export interface Present {
  readonly name: string;
  readonly tables: number;
  readonly bytes: number;
}

/** One dump to restore, with everything that the steps need. */
export interface PlannedDump {
  /** Its name in the configuration. */
  readonly database: string;
  readonly atSecond: number;
  readonly original: CapturedJdbc & { readonly artifact: CompleteArtifact };
  readonly server: Server;
  /** What the run makes beside the originals. */
  readonly targets: Names;
  /** Under which names a restore in place keeps what is there now. */
  readonly kept: Names;
  /** What is there now; what is not in it is not there at all. */
  readonly present: readonly Present[];
}

/** Everything that a restore of dumps will do. */
export interface JdbcPlan extends PlanFrame {
  readonly kind: "jdbc";
  /** In place: what is restored gets the original names, and what had them is kept under others. */
  readonly mode: Mode;
  readonly dumps: readonly PlannedDump[];
}

/** One database of the point beside what is there now. */
export interface LookedAtDump {
  readonly database: string;
  readonly atSecond: number;
  readonly captured: CapturedJdbc;
  readonly server: Server;
  /** What the server itself says; absent where it is of another engine, and was not asked. */
  readonly found?: {
    readonly targets: Names;
    readonly kept: Names;
    readonly present: readonly Present[];
    readonly obstacles: readonly string[];
  };
  /** Name of the store of the configuration, and how much it has under the dump's key. */
  readonly store: string;
  readonly storedBytes?: number;
}

export function planDump({
  database,
  atSecond,
  captured,
  server,
  found,
}: LookedAtDump): PlannedDump | undefined {
  const { artifact } = captured;
  if (found === undefined || artifact === undefined || !isComplete(artifact)) return undefined;
  const { targets, kept, present } = found;
  return { database, atSecond, original: { ...captured, artifact }, server, targets, kept, present };
}

function isComplete(artifact: Artifact): artifact is CompleteArtifact {
  return artifact.sha256 !== undefined && artifact.bytes !== undefined;
}

/** Why this dump cannot be restored as things are; all reasons at once. */
export function refusals(looked: LookedAtDump, mode: Mode): readonly string[] {
  return [...artifactRefusals(looked), ...serverRefusals(looked, mode), ...(looked.found?.obstacles ?? [])];
}

function* artifactRefusals({ database, captured, store, storedBytes }: LookedAtDump): Generator<string> {
  const { artifact } = captured;
  if (artifact === undefined || !isComplete(artifact)) {
    yield `the point has no complete dump of database "${database}"`;
    return;
  }
  const { key, bytes } = artifact;
  const elsewhere = artifact.store === store ? "" : ` (the point was stored in ${artifact.store})`;
  if (storedBytes === undefined) yield `dump "${key}" is not in ${store}${elsewhere}`;
  else if (storedBytes !== bytes)
    yield `dump "${key}" in ${store}${elsewhere} has ${storedBytes} bytes, and had ${bytes} when it was stored`;
}

function* serverRefusals({ database, captured, server }: LookedAtDump, mode: Mode): Generator<string> {
  if (server.engine !== captured.engine) {
    yield `database "${database}" is of engine ${server.engine} by the configuration, and its dump is of ${captured.product}`;
    return;
  }
  if (mode === "in-place" && server.database !== captured.database)
    yield `database "${database}" is "${server.database}" by the configuration, and its dump is of "${captured.database}", the name that a restore in place gives: name that one in the configuration, or restore side by side`;
}

/** `host:port`, for people. */
export function serverText({ host, port }: Pick<Server, "host" | "port">): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether the dump is restored to another server than it was taken from. */
export function isElsewhere({ original, server }: Pick<PlannedDump, "original" | "server">): boolean {
  return original.host !== server.host || original.port !== server.port;
}

/** What a run makes of a dump, under the names that it is called by in the dump. */
export function originalNames({ targets }: Pick<PlannedDump, "targets">): Names {
  return Object.fromEntries(Object.keys(targets).map((name) => [name, name]));
}

/** What a restore in place keeps under another name. */
export function keptOf({ present, kept }: Pick<PlannedDump, "present" | "kept">): readonly (Present & {
  readonly as: string;
})[] {
  return present.flatMap((each) => {
    const as = kept[each.name];
    return as === undefined ? [] : [{ ...each, as }];
  });
}

/** What these are called by people who run the server. */
export function nounOf({ engine }: Pick<Server, "engine">): "database" | "schema" {
  return engine === "postgresql" ? "database" : "schema";
}
