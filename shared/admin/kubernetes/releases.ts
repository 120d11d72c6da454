import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
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
  readonly #components: () => readonly ReleaseComponent[];
  readonly #opened = new Map<string, Promise<OpenedRelease>>();

  /** The components are asked for when they are needed: their secrets may be missing where they are not. */
  constructor(components: () => readonly ReleaseComponent[]) {
    this.#components = components;
  }

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
  async whereabouts(instances: readonly Instance[]): Promise<readonly Whereabouts[]> {
    return Promise.all(instances.map((instance) => this.#whereaboutsOf(instance)));
  }

  close(): void {
    for (const opening of this.#opened.values())
      opening.then(
        (release) => release.close(),
        () => {},
      );
    this.#opened.clear();
  }

  async #whereaboutsOf(instance: Instance): Promise<Whereabouts> {
    const { component, pod } = instance;
    if (pod === undefined) return { instance, kind: "there" };
    try {
      const found = this.#components().find(({ name }) => name === component);
      if (found === undefined)
        return { instance, kind: "unknown", message: `component "${component}" is no Helm release any more` };
      return await whereaboutsOf(instance, pod, (await this.#open(found)).api);
    } catch (error) {
      return { instance, kind: "unknown", message: messageOf(error) };
    }
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
