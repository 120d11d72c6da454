import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Instance, Whereabouts } from "../../pause/instance.ts";
import type { ComponentKind } from "../instance-address.ts";
import type { ReleaseSource } from "./cluster-source.ts";
import type { FoundPods } from "./found-pods.ts";
import { OpenedRelease } from "./opened-release.ts";
import { productOfKind } from "./product.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** A component whose instances are the pods of a release. */
export interface ReleaseComponent {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly source: ReleaseSource;
}

/** The Helm releases of one deployment, each opened when it is first asked for. */
export class Releases {
  readonly #opened = new Map<string, Promise<OpenedRelease>>();

  /** The pods of a component; `watched` tells at the second call what happened since the first. */
  async find(component: ReleaseComponent, watched: boolean): Promise<FoundPods> {
    const release = await this.#open(component);
    return watched ? release.findWatched() : release.find();
  }

  /** In words, where a component has no pods. */
  async whyNone(component: ReleaseComponent): Promise<string> {
    return (await this.#open(component)).whyNone();
  }

  /** What became of recorded instances; those that are no pods are where they were recorded, as far as is known. */
  async whereabouts(
    components: readonly ReleaseComponent[],
    instances: readonly Instance[],
  ): Promise<readonly Whereabouts[]> {
    return Promise.all(
      instances.map(async (instance): Promise<Whereabouts> => {
        if (instance.pod === undefined) return { instance, kind: "there" };
        const component = components.find(({ name }) => name === instance.component);
        if (component === undefined)
          return { instance, kind: "unknown", message: "its component is in no Kubernetes any more" };
        try {
          return await whereaboutsOf(instance, instance.pod, (await this.#open(component)).api);
        } catch (error) {
          return { instance, kind: "unknown", message: (error as Error).message };
        }
      }),
    );
  }

  close(): void {
    for (const opening of this.#opened.values())
      opening.then(
        (release) => release.close(),
        () => {},
      );
    this.#opened.clear();
  }

  /** A failure is not kept: whoever asks again may be luckier. */
  #open({ name, kind, source }: ReleaseComponent): Promise<OpenedRelease> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const product = productOfKind(kind);
    if (product === undefined)
      throw new StillpointError("CONFIG_INVALID", `a "${kind}" is not found by a Helm release`);
    const opening = OpenedRelease.open(source, product);
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }
}
