import { hostname } from "node:os";
import type { Catalog } from "../catalog/catalog.ts";
import type { Heartbeat } from "../catalog/model.ts";

/** Leaves the signs of life of this process's sweep in the catalog. */
export class Heart implements AsyncDisposable {
  readonly #sweeps: Catalog["sweeps"];
  readonly #sign;
  readonly #timer: NodeJS.Timeout;
  #place: Heartbeat | undefined;
  #deployments: readonly string[];
  #trouble: string | undefined;
  #beating: Promise<void> | undefined;

  /** Beats beside the sweep's rounds: one that waits for a silent instance is not dead. */
  constructor(
    { sweeps }: Catalog,
    of: Heartbeat["of"],
    { intervalMs, deployments }: { readonly intervalMs: number; readonly deployments: readonly string[] },
  ) {
    this.#sweeps = sweeps;
    this.#deployments = deployments;
    this.#sign = { host: hostname(), process: process.pid, of, sinceMs: Date.now(), intervalMs };
    // A beat that cannot be written is missed, and that is what others see. The rounds tell what ails the catalog.
    this.#timer = setInterval(() => this.beat().catch(() => {}), intervalMs).unref();
  }

  /** One at a time: a slow catalog must not pile them up. */
  beat(): Promise<void> {
    this.#beating ??= this.#write({}).finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  /**
   * What the last round could not do, for whoever asks after this sweep; nothing where it went well. And whom it
   * looked after, since a configuration changes.
   */
  tell(trouble: string | undefined, deployments = this.#deployments): void {
    this.#trouble = trouble;
    this.#deployments = deployments;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating?.catch(() => {});
    if (this.#place !== undefined) await this.#write({ endedMs: Date.now() }).catch(() => {});
  }

  async #write(ending: Pick<Heartbeat, "endedMs">): Promise<void> {
    const nowMs = Date.now();
    const deployments = [...this.#deployments];
    const sign = {
      ...this.#sign,
      deployments,
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
    };
    this.#place = this.#place
      ? await this.#sweeps.beat({
          schema: this.#place.schema,
          id: this.#place.id,
          ...sign,
          beatMs: nowMs,
          ...ending,
        })
      : await this.#sweeps.begin(sign, nowMs);
  }
}
