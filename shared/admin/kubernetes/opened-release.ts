import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { ApiServer } from "./api-server.ts";
import type { ReleaseSource } from "./cluster-source.ts";
import { credentialsFor } from "./credentials.ts";
import { type FoundPods, foundPods, type PodPlace } from "./found-pods.ts";
import { PodHistory } from "./pod-history.ts";
import { PodWatch } from "./pod-watch.ts";
import type { Product } from "./product.ts";
import { appsOf, lookAt } from "./release.ts";

/** A program that fetches credentials may be slow; it is asked while nothing is held. */
const CREDENTIALS_LIMIT_MS = 10_000;
/** Instances may be held meanwhile: an API server that starts again just now is waited for, one that is gone is not. */
const LOOK_LIMIT_MS = 2_500;
/** It has just answered. */
const SECOND_LOOK_LIMIT_MS = 1_500;
const CATCH_UP_LIMIT_MS = 1_000;

/** One product's part of a Helm release, with the connection to its API server and the watch over its pods. */
export class OpenedRelease {
  readonly api: ApiServer;
  readonly #place: PodPlace;
  #watched: { readonly watch: PodWatch; readonly history: PodHistory } | undefined;

  private constructor(api: ApiServer, { release, namespace, port }: ReleaseSource, product: Product) {
    this.api = api;
    this.#place = { release, namespace, product, port, server: api.address };
  }

  static async open(source: ReleaseSource, product: Product): Promise<OpenedRelease> {
    const api = new ApiServer(await credentialsFor(source.cluster));
    const failure = await api.authenticate(CREDENTIALS_LIMIT_MS);
    if (failure === undefined) return new OpenedRelease(api, source, product);
    throw new StillpointError(
      "INSTANCES_NOT_FOUND",
      `Cannot log in to the Kubernetes API server "${api.address}": ${failure.message}`,
    );
  }

  /** What is there now, whatever state it is in. */
  async find(): Promise<FoundPods> {
    return foundPods(await lookAt(this.api, this.#place, LOOK_LIMIT_MS), this.#place);
  }

  /**
   * What is there now, watched from now on: a second call tells as problems what happened since the first one. The
   * watch is renewed before the list is taken, so that it tells of everything up to there.
   */
  async findWatched(): Promise<FoundPods> {
    if (this.#watched === undefined) {
      const look = await lookAt(this.api, this.#place, LOOK_LIMIT_MS);
      const history = new PodHistory(look.pods, look.version);
      const watch = new PodWatch(this.api, this.#place, history, look);
      this.#watched = { history, watch };
      // An account that may list and not watch is told so now, while nothing is paused.
      await watch.opened(LOOK_LIMIT_MS);
      return foundPods(look, this.#place);
    }
    const { watch, history } = this.#watched;
    await watch.renewed(LOOK_LIMIT_MS);
    const look = await lookAt(this.api, this.#place, SECOND_LOOK_LIMIT_MS);
    await watch.catchUp(look.pods, CATCH_UP_LIMIT_MS);
    const found = foundPods(look, this.#place);
    return { ...found, problems: [...new Set([...history.reasons, ...found.problems])] };
  }

  /** Release, namespace or kind may be wrong: what the release has instead tells which. */
  async whyNone(): Promise<string> {
    const { release, namespace, product } = this.#place;
    const apps = await appsOf(this.api, this.#place, SECOND_LOOK_LIMIT_MS);
    const instead = apps.length > 0 ? `only of ${quoted(apps)}` : "and no others";
    return `release "${release}" in namespace "${namespace}" has no running pods of "${product.app}" (label app.kubernetes.io/app), ${instead}`;
  }

  close(): void {
    this.#watched?.watch.close();
    this.api.close();
  }
}
