import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import type { PauseRecord } from "../../shared/catalog/model.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import {
  addressOf,
  type GateAnswer,
  type Instance,
  type UnpauseOutcome,
  type Whereabouts,
} from "../../shared/pause/instance.ts";
import { memoryStore } from "../catalog/memory-store.ts";

const DRAIN_WAIT_MS = 5_000;
const RPC_DEADLINE_MS = 1_000;
export const APART_MS = DRAIN_WAIT_MS + RPC_DEADLINE_MS;
export const DEADLINE_MS = 30_000;

export function instance(n: number): Instance {
  return { component: "ledger", host: `10.0.0.${n}`, port: 50053 };
}

export const address = (n: number) => addressOf(instance(n));

type Gate = "open" | "closed" | "silent" | "gone" | "unresolved";

/** Gates and a catalog in virtual time, with the real sweep over them. */
export class SweepWorld {
  nowMs = Date.UTC(2026, 10, 23, 3);
  readonly gates = new Map([1, 2, 3].map((n) => [address(n), "open" as Gate]));
  readonly unpaused: string[] = [];
  readonly catalog: Catalog = catalogOver(memoryStore());
  discovered: readonly Instance[] | StillpointError = [instance(1), instance(2), instance(3)];
  readonly open: OpenDeployment;
  /** By address, what an orchestrator says of the recorded process; else it is there. */
  readonly lost = new Set<string>();
  /** Just before the gates are looked at. */
  onLook: () => Promise<void> = async () => undefined;
  onUnpause: (address: string) => Promise<void> = async () => undefined;

  constructor() {
    const clock = { oursMs: () => this.nowMs, wallMs: () => this.nowMs, read: () => this.#read() };
    this.open = {
      settings: { name: "payments", pause: { rpcDeadlineMs: RPC_DEADLINE_MS } },
      catalog: this.catalog,
      clock,
      admin: {
        checkPaused: async (instances: readonly Instance[]) => {
          await this.onLook();
          return instances.map((one) => this.#look(one));
        },
        unpause: async (instances: readonly Instance[]) =>
          Promise.all(instances.map((one) => this.#unpause(one))),
      },
      discoverAll: async () => {
        if (this.discovered instanceof StillpointError) throw this.discovered;
        return { instances: this.discovered, basis: "list" };
      },
      whereabouts: async (instances: readonly Instance[]) => instances.map((one) => this.#whereabouts(one)),
    } as unknown as OpenDeployment;
  }

  set(gate: Gate, ...instances: readonly number[]): void {
    for (const n of instances) this.gates.set(address(n), gate);
  }

  /** A pause of these instances that began now. */
  async pause(id: string, instances: readonly number[], change: Partial<PauseRecord> = {}): Promise<void> {
    await this.catalog.pauses.create({
      schema: 1,
      id,
      deployment: "payments",
      openedMs: this.nowMs,
      deadlineMs: this.nowMs + DEADLINE_MS,
      drainWaitMs: DRAIN_WAIT_MS,
      rpcDeadlineMs: RPC_DEADLINE_MS,
      instances: instances.map(instance),
      basis: "list",
      state: "open",
      unsettled: instances.map(address),
      seenOpen: {},
      ...change,
    });
    this.set("closed", ...instances);
  }

  async record(id: string): Promise<PauseRecord> {
    return (await this.catalog.pauses.get(id)).record;
  }

  #read() {
    return { oursMs: this.nowMs, wallMs: this.nowMs };
  }

  #whereabouts(one: Instance): Whereabouts {
    if (!this.lost.has(addressOf(one))) return { kind: "there", instance: one };
    return { kind: "gone", instance: one, message: "its uid exists no more" };
  }

  #asked(one: Instance) {
    return { instance: one, sentMs: this.nowMs, answeredMs: this.nowMs };
  }

  #look(one: Instance): GateAnswer {
    const gate = this.gates.get(addressOf(one)) ?? "gone";
    if (gate === "silent") return { ...this.#asked(one), kind: "no-answer", message: "silent" };
    if (gate === "unresolved") return { ...this.#asked(one), kind: gate, message: "ENOTFOUND" };
    if (gate === "gone") return { ...this.#asked(one), kind: "no-listener", message: "refused" };
    return { ...this.#asked(one), kind: gate };
  }

  async #unpause(one: Instance): Promise<UnpauseOutcome> {
    const at = addressOf(one);
    this.unpaused.push(at);
    await this.onUnpause(at);
    if (this.gates.get(at) === "closed") this.gates.set(at, "open");
    return { ...this.#asked(one), kind: "ok" };
  }
}
