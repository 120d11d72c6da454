import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { AccountSettings, CapturedCosmosdb } from "../../../shared/restore/cosmosdb/captured.ts";
import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import { RUN_TAG } from "../../../shared/restore/cosmosdb/settings.ts";
import { AzureLaw } from "./azure-law.ts";
import type { AzureAccount, AzureState } from "./azure-state.ts";
import { captured } from "./example-plan.ts";

/** Far more than any restore here takes. */
const MOST_TICKS = 1_000;

export const BYSTANDER = "somebody-elses";

export interface Weather {
  /** How many ticks a change takes. */
  readonly ticks?: (name: string) => number;
  /** Accounts that the service gives up. */
  readonly givenUp?: readonly string[];
  /** Accounts that stay in `Creating` for so many ticks. */
  readonly stuck?: Readonly<Record<string, number>>;
}

export interface Restored {
  readonly from: CapturedCosmosdb;
  readonly content: string;
  readonly run: string;
  /** The databases that are restored. */
  readonly databases: readonly string[];
}

/** The control plane of Cosmos DB in virtual time: accounts, one change of each at a time. The law watches it. */
export class Azure implements AzureState {
  readonly accounts = new Map<string, AzureAccount>();
  readonly endpoints = new Map<string, string>();
  readonly law: AzureLaw;
  /** What verifications have left so far of what they read. */
  readonly parts = new Set<string>();
  /** What a plan must have named, in the order that it happened. */
  readonly happened = { created: new Set<string>(), changed: new Set<string>(), deleted: new Set<string>() };
  #tick = 0;
  #lastTick = MOST_TICKS;
  #made = 0;
  readonly #weather: Weather;

  constructor(plan: CosmosdbPlan, weather: Weather = {}) {
    this.#weather = weather;
    for (const { original, wasDeleted } of plan.accounts)
      if (!wasDeleted) this.accounts.set(original.account, standing(original, `${original.account} today`));
    this.accounts.set(BYSTANDER, standing(captured(BYSTANDER), "not ours"));
    this.law = new AzureLaw(plan, this);
  }

  /** A process begins that waits for nothing longer than so many ticks. */
  begin(): void {
    this.#lastTick = this.#tick + MOST_TICKS;
  }

  tick(): void {
    if (this.#tick++ > this.#lastTick)
      throw new StillpointError("TIMED_OUT", "what is waited for never comes");
    for (const [name, account] of this.accounts) {
      if (account.untilTick > this.#tick) continue;
      if (account.status === "Deleting") this.accounts.delete(name);
      else if (account.status === "Creating")
        account.status = this.#weather.givenUp?.includes(name) ? "Failed" : "Succeeded";
      else if (account.status === "Updating") account.status = "Succeeded";
    }
    this.law.check();
  }

  restore(name: string, { from, content, run, databases }: Restored): void {
    const instanceId = `${name}#${++this.#made}`;
    this.law.mayCreate(name, instanceId);
    this.happened.created.add(`account ${name}`);
    const set = restoredFrom(from, { name, instanceId, run, databases });
    const untilTick = this.#later(name) + (this.#weather.stuck?.[name] ?? 0);
    this.accounts.set(name, { instanceId, content, set, status: "Creating", untilTick });
    this.law.check();
  }

  change(name: string, what: string, change: (set: CapturedCosmosdb) => CapturedCosmosdb): void {
    const account = this.accounts.get(name);
    if (account?.status !== "Succeeded")
      throw new StillpointError("DATABASE_REFUSED", `"${name}" is not there, or another change is under way`);
    this.happened.changed.add(`${what} of ${name}`);
    account.set = change(account.set);
    account.status = "Updating";
    account.untilTick = this.#later(name);
    this.law.check();
  }

  connect(endpoint: string, to: string): void {
    this.happened.created.add(`private endpoint ${endpoint}`);
    this.endpoints.set(endpoint, to);
    this.law.check();
  }

  disconnect(endpoint: string): void {
    if (this.endpoints.delete(endpoint)) this.happened.deleted.add(`private endpoint ${endpoint}`);
  }

  delete(name: string): void {
    const account = this.accounts.get(name);
    if (account === undefined || account.status === "Deleting" || account.status === "Creating") return;
    if (account.set.locks.length > 0)
      throw new StillpointError("DATABASE_REFUSED", `account "${name}" is locked`);
    this.law.mayDelete(name, account);
    this.happened.deleted.add(`account ${name}`);
    account.status = "Deleting";
    account.untilTick = this.#later(name);
    this.law.check();
  }

  /** Waits until the account takes another change. */
  settle(name: string): void {
    while (this.accounts.get(name)?.status === "Updating") this.tick();
  }

  /** Everything that a person could find, whatever the order it came in. Ids are as they may be. */
  snapshot(): unknown {
    const accounts = [...this.accounts].map(([name, { content, set, status }]) => [
      name,
      { content, status, set: { ...set, instanceId: "" } },
    ]);
    return {
      accounts: accounts.sort(byName),
      endpoints: [...this.endpoints].sort(byName),
      parts: [...this.parts].sort(),
    };
  }

  #later(name: string): number {
    return this.#tick + 1 + (this.#weather.ticks?.(name) ?? name.length % 3);
  }
}

function standing(set: CapturedCosmosdb, content: string): AzureAccount {
  return { instanceId: set.instanceId, content, set, status: "Succeeded", untilTick: 0 };
}

/** What a restored account has of its settings. */
const BARE: AccountSettings = {
  consistency: "Session",
  tags: {},
  network: { publicNetworkAccess: "Disabled", ipRules: [], subnets: [], bypass: "None", bypassResources: [] },
  minimalTls: "Tls",
  continuousTier: "Continuous30Days",
  regions: [{ name: "Japan East", zoneRedundant: false }],
  automaticFailover: false,
  localAuthDisabled: false,
  keyMetadataWritesDisabled: false,
  identity: { system: false, user: [] },
  cors: [],
  capacityLimit: null,
  features: {},
  customerKey: null,
};

interface New {
  readonly name: string;
  readonly instanceId: string;
  readonly run: string;
  readonly databases: readonly string[];
}

/** The data and its keys come back; what this is about does not. */
function restoredFrom(from: CapturedCosmosdb, { name, instanceId, run, databases }: New): CapturedCosmosdb {
  const { id, documentEndpoint, account } = from;
  const isRestored = (database: string) => databases.includes(database);
  return {
    ...from,
    id: id.replace(account, name),
    account: name,
    instanceId,
    documentEndpoint: documentEndpoint.replace(account, name),
    settings: { ...BARE, tags: { [RUN_TAG]: run } },
    privateEndpoints: [],
    diagnosticSettings: [],
    roleDefinitions: [],
    roleAssignments: [],
    accessAssignments: [],
    locks: [],
    locksAbove: [],
    databases: from.databases.filter(({ name: database }) => isRestored(database)),
    containers: from.containers
      .filter(({ database }) => isRestored(database))
      .map((container) => ({
        ...container,
        indexingPolicy: "{}",
        ttl: null,
        throughput: { kind: "manual", units: 400 },
        storedProcedures: [],
        triggers: [],
        functions: [],
      })),
  };
}

function byName([a]: unknown[], [b]: unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
