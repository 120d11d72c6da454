import type { BackupInput } from "../shared/backup/backup-input.ts";
import {
  addressOf,
  type Discovery,
  type DiscoveryBasis,
  type Instance,
  type Whereabouts,
} from "../shared/pause/instance.ts";
import { Agenda } from "./agenda.ts";
import { CatalogModel } from "./catalog-model.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { Clock } from "./clock.ts";
import { DatabaseModel } from "./database-model.ts";
import { Host } from "./host.ts";
import { Server } from "./server.ts";
import { type Adjust, drawSettings, type Settings } from "./settings.ts";
import { type Call, Wire } from "./wire.ts";

/** 2026-11-23T03:00:00Z, and an odd fraction. */
const EPOCH_MS = Date.UTC(2026, 10, 23, 3) + 321;
const ADMIN_PORT = 50_053;
/** The allowance covers both the cached header and the clock of the recovery log. */
const LOG_AHEAD_SHARE = 0.5;

/** What a backup goes through, whoever's algorithm it is. */
export type Phase = "preparing" | "pausing" | "holding" | "unpausing" | "ended";

/** Everything there is in one run, and its true state. */
export class World {
  readonly agenda = new Agenda();
  readonly chance: Chance;
  readonly settings: Settings;
  readonly wire: Wire;
  readonly catalog: CatalogModel;
  readonly databases: readonly DatabaseModel[];
  /** All that there ever were. */
  readonly servers: Server[] = [];
  /** Names that the DNS leaves out of its answers. */
  readonly hidden = new Set<string>();
  /** What the watch of an orchestrator has seen happen to the instances so far. */
  readonly watched: string[] = [];
  /** Until when the servers of the DNS contradict each other. */
  dnsVariesUntilMs = 0;
  /** Harmless writes to the objects that describe the instances. */
  statusWrites = 0;
  /** How many times what the run is about really happened, as far as that is known at once. */
  occurred = 0;
  /** The rest of it, to be counted at the end. */
  readonly counters: (() => number)[] = [];
  /** What the oracle wants to see of the messages. */
  onDeliver: (call: Call, server: Server) => void = () => {};
  /** Pods that are deleted. */
  readonly #vanished = new Set<string>();
  readonly #listening = new Map<string, Server>();
  readonly #phases = new Map<Phase, (() => void)[]>();

  constructor(seed: string, adjust: Adjust = (settings) => settings) {
    this.chance = chanceOf(seed);
    this.settings = adjust(drawSettings(this.chance), this.chance);
    this.wire = new Wire(
      this.agenda,
      this.chance,
      (address) => this.#at(address),
      (call, server) => this.onDeliver(call, server),
    );
    this.catalog = new CatalogModel(this.agenda, this.chance);
    for (const [component, count] of Object.entries(this.settings.components))
      for (let n = 0; n < count; n++) this.startServer(component);
    const { databaseSkewMs } = this.settings;
    const { clockAllowanceMs } = this.settings.pause;
    this.databases = this.settings.databases.map((name) => {
      const logAheadMs = this.chance.between(-1, 1) * clockAllowanceMs * LOG_AHEAD_SHARE;
      return new DatabaseModel(name, this.#clock(databaseSkewMs), logAheadMs, this.agenda, this.chance);
    });
  }

  get input(): Omit<BackupInput, "run"> {
    const databases = this.settings.databases.map((name) => ({ name, kind: "dynamodb" as const }));
    return { deployment: "payments", basis: "window", databases, pause: this.settings.pause };
  }

  database(name: string): DatabaseModel {
    return this.databases.find((database) => database.name === name) as DatabaseModel;
  }

  newHost(name: string): Host {
    const wall = this.#clock(this.settings.wallSkewMs);
    return new Host(name, this.agenda, { ours: wall.copy(), wall });
  }

  #clock(offMs: number): Clock {
    const rate = 1 + (this.chance.between(-1, 1) * this.settings.driftMs) / 1000;
    return new Clock(EPOCH_MS + this.chance.between(-offMs, offMs), rate);
  }

  /** A new process: in a pod of its own, or in that of one that has died, at the same address. */
  startServer(
    component: string,
    at?: { readonly host: string; readonly port: number; readonly uid?: string },
  ): Server {
    const serial = this.servers.length + 1;
    const { host, port, uid } = { host: `10.0.0.${serial}`, port: ADMIN_PORT, uid: `pod-${serial}`, ...at };
    const instance = { component, host, port };
    const server = new Server(instance, { uid, serial }, this.settings.semantics, this.agenda, this.chance);
    this.servers.push(server);
    this.#listening.set(server.address, server);
    return server;
  }

  /** Those that a backup is about. */
  get members(): readonly Server[] {
    return this.servers.filter(({ instance }) => instance.component in this.settings.components);
  }

  #at(address: string): Server | "nobody" | "nowhere" {
    const server = this.#listening.get(address);
    if (server === undefined) return "nowhere";
    return server.isUp ? server : "nobody";
  }

  /** Its address leads nowhere from now on. */
  vanish(server: Server): void {
    server.kill();
    this.#vanished.add(server.uid);
    this.#listening.delete(server.address);
  }

  discover(basis = this.settings.basis): Discovery {
    const found = this.members.filter((server) => this.#isFound(server, basis));
    const instances = found.map(({ instance, identity }) =>
      basis === "kubernetes" ? { ...instance, uid: identity } : instance,
    );
    return { instances, basis };
  }

  /** A list knows those of the beginning, whatever has become of them. */
  #isFound(server: Server, basis: DiscoveryBasis): boolean {
    switch (basis) {
      case "list":
        return this.servers.indexOf(server) < this.#listed;
      case "dns":
        return server.isUp && !this.hidden.has(server.address);
      case "kubernetes":
        return server.isUp;
      default:
        return basis satisfies never;
    }
  }

  /** Whether the DNS, where it is asked, names it by now. */
  isInDns(server: Server): boolean {
    return this.settings.basis === "dns" && this.#isFound(server, "dns");
  }

  get #listed(): number {
    return Object.values(this.settings.components).reduce((sum, count) => sum + count, 0);
  }

  disagreements(): readonly string[] {
    const varies = this.settings.basis === "dns" && this.agenda.nowMs < this.dnsVariesUntilMs;
    return varies ? ["two answers of the DNS differ"] : [];
  }

  whereabouts(instances: readonly Instance[]): readonly Whereabouts[] {
    return instances.map((instance) => {
      const isThere = this.servers.some(
        ({ uid }) => instance.uid?.startsWith(`${uid}/`) && !this.#vanished.has(uid),
      );
      if (instance.uid === undefined || isThere) return { kind: "there", instance };
      return { kind: "gone", instance, message: `"${addressOf(instance)}" exists no more` };
    });
  }

  /** Something happens so long after a phase of the first backup has begun. */
  during(phase: Phase, delayMs: number, act: () => void): void {
    const acts = this.#phases.get(phase) ?? [];
    acts.push(() => this.agenda.after(delayMs, act));
    this.#phases.set(phase, acts);
  }

  begin(phase: Phase): void {
    const acts = this.#phases.get(phase) ?? [];
    this.#phases.delete(phase);
    for (const act of acts) act();
  }
}
