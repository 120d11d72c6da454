import type { CallOptions, Client } from "@connectrpc/connect";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { Admin } from "../gen/scalar_admin_pb.ts";
import {
  addressOf,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
  type UnpauseOutcome,
} from "../pause/instance.ts";
import { type Call, startCall } from "./call.ts";
import { AdminConnection } from "./connection.ts";
import { gateAnswer, unpauseOutcome } from "./gate-reply.ts";
import { pauseOutcome } from "./pause-reply.ts";
import { type AdminTls, type LoadedTls, loadTls } from "./tls.ts";

export interface AdminClientsOptions {
  /** Milliseconds on our clock. */
  readonly clock: () => number;
  /** By component; one that is not named is spoken to in plaintext. */
  readonly tls?: Readonly<Record<string, AdminTls>>;
}

export interface PauseLimits {
  /** How long an instance may wait for its outstanding requests. */
  readonly drainWaitMs: number;
  /** When we give up on an answer; longer than the drain wait, since a server does not notice that we left. */
  readonly deadlineMs: number;
  /** Fires when the pause is to be broken off. */
  readonly signal?: AbortSignal;
}

/** An Unpause that breaks off a drain is given no longer than this; the caller unpauses again anyway. */
const BREAK_OFF_DEADLINE_MS = 5_000;

/**
 * The admin interfaces of a deployment's instances, all asked at once over connections that are kept warm. Each
 * instance has a deadline of its own, so a silent one delays nobody, and no remote condition is thrown.
 */
export class AdminClients {
  readonly #clock: () => number;
  readonly #tls: ReadonlyMap<string, LoadedTls>;
  readonly #connections = new Map<string, AdminConnection>();

  /** Throws `CONFIG_INVALID` where a TLS file cannot be read or used. */
  constructor({ clock, tls = {} }: AdminClientsOptions) {
    this.#clock = clock;
    this.#tls = new Map(Object.entries(tls).map(([component, its]) => [component, loadTls(component, its)]));
  }

  /**
   * Sends each instance one Pause that waits for the drain, and never a second one. When the signal fires, Pauses
   * that are not out yet are withheld, and those that are unanswered are broken off by an Unpause; their replies are
   * still waited for, because only they tell what became of the gate.
   */
  async pause(instances: readonly Instance[], limits: PauseLimits): Promise<readonly PauseOutcome[]> {
    const { drainWaitMs, deadlineMs, signal } = checked(limits);
    const request = { waitOutstanding: true, maxPauseWaitTime: BigInt(drainWaitMs) };
    if (signal?.aborted) return instances.map((instance) => this.#neverSent(instance));
    const pending = new Map<Instance, Call<unknown>>();
    const rescues: Promise<unknown>[] = [];
    const breakOff = () => {
      for (const [instance, call] of pending) {
        if (!call.withhold()) rescues.push(this.unpause([instance], { deadlineMs: BREAK_OFF_DEADLINE_MS }));
      }
    };
    signal?.addEventListener("abort", breakOff);
    const outcomes = await Promise.all(
      instances.map(async (instance) => {
        const call = this.#start(instance, deadlineMs, (admin, options) => admin.pause(request, options));
        pending.set(instance, call);
        const reply = await call.reply;
        pending.delete(instance);
        return pauseOutcome(instance, reply);
      }),
    );
    signal?.removeEventListener("abort", breakOff);
    // An Unpause that is still under way could open a gate that somebody closes after we have returned.
    await Promise.all(rescues);
    return outcomes;
  }

  unpause(
    instances: readonly Instance[],
    limits: { readonly deadlineMs: number },
  ): Promise<readonly UnpauseOutcome[]> {
    const ask = async (instance: Instance) => {
      const call = this.#start(instance, limits.deadlineMs, (admin, options) => admin.unpause({}, options));
      return unpauseOutcome(instance, await call.reply);
    };
    return Promise.all(instances.map(ask));
  }

  checkPaused(
    instances: readonly Instance[],
    limits: { readonly deadlineMs: number },
  ): Promise<readonly GateAnswer[]> {
    const ask = async (instance: Instance) => {
      const call = this.#start(instance, limits.deadlineMs, (admin, options) =>
        admin.checkPaused({}, options),
      );
      return gateAnswer(instance, await call.reply);
    };
    return Promise.all(instances.map(ask));
  }

  /** Cuts all connections; calls under way end as lost. */
  close(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  #start<T>(
    instance: Instance,
    deadlineMs: number,
    invoke: (admin: Client<typeof Admin>, options: CallOptions) => Promise<T>,
  ): Call<T> {
    return startCall(Admin, this.#connectionTo(instance), this.#clock, deadlineMs, invoke);
  }

  #connectionTo(instance: Instance): AdminConnection {
    const { component, host, port } = instance;
    const key = `${component} ${addressOf(instance)}`;
    const known = this.#connections.get(key);
    if (known) return known;
    const connection = new AdminConnection(host, port, this.#tls.get(component));
    this.#connections.set(key, connection);
    return connection;
  }

  #neverSent(instance: Instance): PauseOutcome {
    const now = this.#clock();
    const message = `Pause was not sent to ${instance.component} at "${addressOf(instance)}": interrupted before`;
    return { kind: "not-sent", message, instance, sentMs: now, answeredMs: now };
  }
}

function checked(limits: PauseLimits): PauseLimits {
  const { drainWaitMs, deadlineMs } = limits;
  if (Number.isInteger(drainWaitMs) && drainWaitMs > 0 && deadlineMs > drainWaitMs) return limits;
  const rule =
    "the drain wait must be a whole number of milliseconds above 0, and the deadline longer than it";
  const values = `drain wait "${drainWaitMs}" ms and deadline "${deadlineMs}" ms`;
  throw new StillpointError("CONFIG_INVALID", `Cannot pause with ${values}: ${rule}; nothing was paused`);
}
