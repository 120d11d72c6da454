import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { createAuthority } from "../azure/authority.ts";
import { Identity } from "../azure/identity.ts";
import { identityEndpoint } from "../azure/identity-endpoint.ts";
import { manage } from "../azure/management-plane.ts";
import { type Endpoint, serve } from "../azure/serve.ts";
import type { Wire } from "../azure/wire.ts";
import { Background } from "../dynamodb/background.ts";
import { DatabaseClock } from "../dynamodb/clock.ts";
import type { JournalEntry } from "../dynamodb/journal.ts";
import type { ScaledFigure } from "../scaled-figure.ts";
import type { Account, Keys } from "./account.ts";
import { DEFAULT_PROPERTIES } from "./account-resource.ts";
import type { Container, Document } from "./container.ts";
import { Faults } from "./faults.ts";
import { findAccount } from "./find-account.ts";
import { addAccount } from "./new-account.ts";
import { type Pace, REHEARSAL_PACE, scaledFigures } from "./pace.ts";
import { DOCUMENT_DB } from "./provider.ts";
import { liveContainer, liveDatabase } from "./sql-resources.ts";
import type { World } from "./world.ts";

export interface RehearsalCosmosdbOptions {
  /** Of the management plane; default: any free port of the loopback address. */
  readonly port?: number;
  /** What differs from `REHEARSAL_PACE`. */
  readonly pace?: Partial<Pace>;
  /** The service's clock is this far ahead of the machine's. */
  readonly clockOffsetMs?: number;
  /** Decides at which instant of a second each partition is cut, and whatever else is left to chance. */
  readonly seed?: string;
  /** States kept per container before the oldest half is forgotten. */
  readonly journalStatesMax?: number;
}

const DEFAULTS = { port: 0, clockOffsetMs: 0, seed: "rehearsal", journalStatesMax: 500_000 } as const;

/** An account as the rehearsal makes one, in no time. */
export interface NewAccount {
  readonly name: string;
  /** Default: Japan East. */
  readonly location?: string;
  /** What differs from Strong, continuous backup, and the service's defaults. */
  readonly properties?: Wire;
  readonly tags?: Wire;
  readonly identity?: Wire;
}

export interface AccountHandle {
  readonly name: string;
  readonly instanceId: string;
  readonly location: string;
  /** Where its documents are served, with a slash at the end. */
  readonly documentEndpoint: string;
  readonly keys: Keys;
}

export interface RehearsalCosmosdb {
  /** Of the Azure Resource Manager: `https://127.0.0.1:PORT`. */
  readonly armEndpoint: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly tenant: string;
  /** The object id of the managed identity. */
  readonly principalId: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  /** PEM; every endpoint but that of the identity speaks with it. */
  readonly caCertificate: string;
  /** A file that holds it, until the imitation is closed. */
  readonly caFile: string;
  /** What is quicker here than in the cloud, for telling people. */
  readonly scaled: readonly ScaledFigure[];
  readonly faults: Faults;
  /** For child processes: who they are, and whom they trust. */
  environment(): Readonly<Record<string, string>>;
  /** ms since the epoch on the service's own clock. */
  now(): number;
  setClockOffset(offsetMs: number): void;
  createAccount(account: NewAccount): Promise<AccountHandle>;
  /** A live account. */
  account(name: string): AccountHandle;
  /** Makes an account, and all that is in it, exist since an earlier time. */
  backdate(name: string, atMs: number): void;
  /** Every state that every document of a container has had, in order. */
  journalOf(account: string, database: string, container: string): readonly JournalEntry<Document>[];
  close(): Promise<void>;
}

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";
const RESOURCE_GROUP = "rehearsal";
const TENANT = "11111111-1111-1111-1111-111111111111";
const PRINCIPAL = "22222222-2222-2222-2222-222222222222";

/** An Azure with Cosmos DB and its continuous backup, in memory, on the loopback address. */
export async function startCosmosdb(options: RehearsalCosmosdbOptions = {}): Promise<RehearsalCosmosdb> {
  const settings = { ...DEFAULTS, ...options };
  const world = makeWorld(settings);
  const { clock, authority, identity } = world;
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-cosmosdb-"));
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, authority.certificate);
  try {
    const arm = await serve((call) => manage(DOCUMENT_DB, world, call), {
      port: settings.port,
      clock,
      authority,
    });
    const tokens = await identityEndpoint(identity);
    const close = async () => {
      world.background.abort();
      await Promise.all([arm, ...world.accounts.map(({ endpoint }) => endpoint)].map((one) => one?.close()));
      await rm(folder, { recursive: true });
      await world.background.ended();
    };
    return handleOf(world, { arm, tokens, caFile, close });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw new StillpointError(
      "DATABASE_UNREACHABLE",
      `Cannot start the rehearsal's Cosmos DB on port "${settings.port}": ${messageOf(error)}. Nothing was started; nothing was changed`,
      { cause: error },
    );
  }
}

type Settings = Required<Omit<RehearsalCosmosdbOptions, "pace">> & Pick<RehearsalCosmosdbOptions, "pace">;

function makeWorld({ pace, clockOffsetMs, seed, journalStatesMax }: Settings): World {
  return {
    clock: new DatabaseClock(clockOffsetMs),
    pace: { ...REHEARSAL_PACE, ...pace },
    seed,
    subscription: SUBSCRIPTION,
    journalStatesMax,
    authority: createAuthority(),
    identity: new Identity(TENANT, PRINCIPAL),
    faults: new Faults(),
    accounts: [],
    operations: new Map(),
    extensions: new Map(),
    background: new Background("Cosmos DB"),
  };
}

interface Running {
  readonly arm: Endpoint;
  readonly tokens: Endpoint;
  readonly caFile: string;
  readonly close: () => Promise<void>;
}

function handleOf(world: World, { arm, tokens, caFile, close }: Running): RehearsalCosmosdb {
  const tokenUrl = `${tokens.origin}/msi/token`;
  return {
    armEndpoint: arm.origin,
    subscription: world.subscription,
    resourceGroup: RESOURCE_GROUP,
    tenant: TENANT,
    principalId: PRINCIPAL,
    identityEndpoint: tokenUrl,
    identityHeader: world.identity.header,
    caCertificate: world.authority.certificate,
    caFile,
    scaled: scaledFigures(world.pace),
    faults: world.faults,
    environment: () => ({
      IDENTITY_ENDPOINT: tokenUrl,
      IDENTITY_HEADER: world.identity.header,
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      NODE_EXTRA_CA_CERTS: caFile,
    }),
    now: () => world.clock.now(),
    setClockOffset: (offsetMs) => world.clock.setOffset(offsetMs),
    createAccount: async (account) => accountHandle(await createAccount(world, account)),
    account: (name) => accountHandle(requireLive(world, name)),
    backdate: (name, atMs) => backdate(requireLive(world, name), atMs),
    journalOf: (account, database, container) =>
      containerOf(world, account, database, container).journal.entries(),
    close,
  };
}

async function createAccount(world: World, account: NewAccount): Promise<Account> {
  const { name, location = "Japan East", properties = {}, tags = {}, identity } = account;
  const call = {
    params: { account: name, group: RESOURCE_GROUP },
    wire: { location, tags, ...(identity && { identity }) },
  };
  const created = await addAccount(world, call, {
    ...DEFAULT_PROPERTIES,
    consistencyPolicy: { defaultConsistencyLevel: "Strong" },
    backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } },
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }],
    ...properties,
  });
  created.phase = "Succeeded";
  return created;
}

function requireLive(world: World, name: string): Account {
  const account = findAccount(world, name);
  if (account === undefined) throw new Error(`The rehearsal has no account "${name}"`);
  return account;
}

function accountHandle({ name, instanceId, location, keys, endpoint }: Account): AccountHandle {
  return { name, instanceId, location, keys, documentEndpoint: `${endpoint?.origin}/` };
}

function containerOf(world: World, account: string, database: string, container: string): Container {
  const found = liveDatabase(requireLive(world, account), database);
  const there = found && liveContainer(found, container);
  if (there === undefined)
    throw new Error(`The account "${account}" has no container "${database}.${container}"`);
  return there;
}

function backdate(account: Account, atMs: number): void {
  const earlier = <T extends { createdAtMs: number }>(one: T) => {
    one.createdAtMs = Math.min(one.createdAtMs, atMs);
  };
  earlier(account);
  account.regions.forEach(earlier);
  account.databases.forEach(earlier);
  account.databases.flatMap(({ containers }) => containers).forEach(earlier);
  if (account.continuousSinceMs !== undefined)
    account.continuousSinceMs = Math.min(account.continuousSinceMs, atMs);
}
