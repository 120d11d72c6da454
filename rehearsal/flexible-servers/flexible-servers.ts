import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../azure/authority.ts";
import { Identity } from "../azure/identity.ts";
import { identityEndpoint } from "../azure/identity-endpoint.ts";
import { manage, type Providers } from "../azure/management-plane.ts";
import { serve } from "../azure/serve.ts";
import type { Wire } from "../azure/wire.ts";
import { Background } from "../dynamodb/background.ts";
import { DatabaseClock } from "../dynamodb/clock.ts";
import type { ScaledFigure } from "../scaled-figure.ts";
import { Faults } from "./faults.ts";
import { findServer } from "./find-server.ts";
import { KINDS, type Kind } from "./kind.ts";
import { addServer, defaultParameters } from "./new-server.ts";
import { type Pace, REHEARSAL_PACE, scaledFigures } from "./pace.ts";
import { parameterRoutes, partRoutes } from "./parts.ts";
import { type FlexibleServer, serverId } from "./server.ts";
import { DEFAULT_PROPERTIES } from "./server-resource.ts";
import { serverRoutes } from "./servers.ts";
import type { Routes, World } from "./world.ts";

interface FlexibleServersOptions {
  /** Of the management plane; default: any free port of the loopback address. */
  readonly port?: number;
  /** What differs from `REHEARSAL_PACE`. */
  readonly pace?: Partial<Pace>;
  /** The service's clock is this far ahead of the machine's. */
  readonly clockOffsetMs?: number;
  /** Where a server of this name is to be asked, where not under Azure's own domain. */
  readonly hostOf?: (name: string) => string;
}

/** A server as the rehearsal makes one, in no time. */
export interface NewServer {
  readonly kind: Kind;
  readonly name: string;
  /** Default: Japan East. */
  readonly location?: string;
  /** What differs from the service's defaults. */
  readonly properties?: Wire;
  readonly sku?: Wire;
  readonly tags?: Wire;
  readonly identity?: Wire;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly firewallRules?: Readonly<Record<string, Wire>>;
  readonly administrators?: Readonly<Record<string, Wire>>;
  readonly databases?: Readonly<Record<string, Wire>>;
  readonly virtualEndpoints?: Readonly<Record<string, Wire>>;
  /** It is there since then. */
  readonly createdAtMs?: number;
}

/** An Azure with flexible servers for PostgreSQL and MySQL and their backups, on the loopback address. */
export interface RehearsalFlexibleServers {
  /** Of the Azure Resource Manager: `https://127.0.0.1:PORT`. */
  readonly armEndpoint: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  /** A file with what its certificate is trusted by, until the imitation is closed. */
  readonly caFile: string;
  readonly caCertificate: string;
  readonly scaled: readonly ScaledFigure[];
  readonly faults: Faults;
  /** What other providers keep, such as locks and alerts, by their ids. */
  readonly extensions: Map<string, Wire>;
  /** For child processes: who they are, and whom they trust. */
  environment(): Readonly<Record<string, string>>;
  /** ms since the epoch on the service's own clock. */
  now(): number;
  setClockOffset(offsetMs: number): void;
  createServer(server: NewServer): FlexibleServer;
  /** A live server. */
  server(kind: Kind, name: string): FlexibleServer | undefined;
  /** ARM id of a server of the resource group. */
  idOf(kind: Kind, name: string): string;
  close(): Promise<void>;
}

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";
const RESOURCE_GROUP = "rehearsal";
const TENANT = "11111111-1111-1111-1111-111111111111";
const PRINCIPAL = "22222222-2222-2222-2222-222222222222";

const PARTS = ["firewallRules", "administrators", "databases"] as const;

function routesOf(kind: Kind): Routes {
  const parts = kind === "postgresql" ? ([...PARTS, "virtualEndpoints"] as const) : PARTS;
  return Object.assign(
    { ...serverRoutes(kind), ...parameterRoutes(kind) },
    ...parts.map((part) => partRoutes(kind, part)),
  );
}

const PROVIDERS: Providers<World> = {
  [KINDS.postgresql.provider]: routesOf("postgresql"),
  [KINDS.mysql.provider]: routesOf("mysql"),
};

export async function startFlexibleServers(
  options: FlexibleServersOptions = {},
): Promise<RehearsalFlexibleServers> {
  const world = makeWorld(options);
  const { clock, authority, identity, faults, extensions } = world;
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-flexible-"));
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, authority.certificate);
  const arm = await serve((call) => manage(PROVIDERS, world, call), {
    port: options.port ?? 0,
    clock,
    authority,
  });
  const tokens = await identityEndpoint(identity);
  return {
    armEndpoint: arm.origin,
    subscription: SUBSCRIPTION,
    resourceGroup: RESOURCE_GROUP,
    caFile,
    caCertificate: authority.certificate,
    scaled: scaledFigures(world.pace),
    faults,
    extensions,
    environment: () => ({
      IDENTITY_ENDPOINT: `${tokens.origin}/msi/token`,
      IDENTITY_HEADER: identity.header,
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      NODE_EXTRA_CA_CERTS: caFile,
    }),
    now: () => clock.now(),
    setClockOffset: (offsetMs) => clock.setOffset(offsetMs),
    createServer: (server) => createServer(world, server),
    server: (kind, name) => findServer(world, kind, name),
    idOf: (kind, name) => serverId(world, { kind, name, resourceGroup: RESOURCE_GROUP }),
    close: async () => {
      world.background.abort();
      await arm.close();
      await rm(folder, { recursive: true });
      await world.background.ended();
    },
  };
}

function makeWorld({ pace, clockOffsetMs = 0, hostOf }: FlexibleServersOptions): World {
  return {
    clock: new DatabaseClock(clockOffsetMs),
    pace: { ...REHEARSAL_PACE, ...pace },
    subscription: SUBSCRIPTION,
    authority: createAuthority(),
    identity: new Identity(TENANT, PRINCIPAL),
    faults: new Faults(),
    servers: [],
    operations: new Map(),
    extensions: new Map(),
    background: new Background("flexible servers"),
    hostOf,
  };
}

const DEFAULT_SKU: Wire = { name: "Standard_D4ds_v5", tier: "GeneralPurpose" };

function createServer(world: World, made: NewServer): FlexibleServer {
  const { kind, name, location = "Japan East", properties = {}, sku = DEFAULT_SKU, tags = {} } = made;
  const call = { params: { server: name, group: RESOURCE_GROUP }, wire: { location, tags } };
  const inside = { sku, identity: made.identity, properties: { ...DEFAULT_PROPERTIES, ...properties } };
  const server = addServer(world, kind, call, inside);
  server.createdAtMs = made.createdAtMs ?? server.createdAtMs;
  for (const [parameter, value] of defaultParameters(kind)) server.parameters.set(parameter, value);
  for (const [parameter, value] of Object.entries(made.parameters ?? {}))
    server.parameters.set(parameter, { value, source: "user-override", pendingRestart: false });
  for (const part of [...PARTS, "virtualEndpoints"] as const)
    for (const [each, wire] of Object.entries(made[part] ?? {})) server[part].set(each, wire);
  const { mode } = (properties["highAvailability"] ?? {}) as { mode?: string };
  if (mode !== undefined && mode !== "Disabled") server.standby = "Healthy";
  server.state = "Ready";
  return server;
}
