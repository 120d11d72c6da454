import { identityOf, isFinished, type Pod, troubleOf } from "./pod.ts";

/** What a watch tells of a pod. */
export type PodEvent = "ADDED" | "MODIFIED" | "DELETED";

/**
 * What became of a release's pods since they were first listed: whatever speaks against a window in which they
 * were paused. An event is told once and in order, so a pod that was seen at its newest version was seen throughout.
 */
export class PodHistory {
  readonly #first = new Map<string, string>();
  readonly #known = new Map<string, Pod>();
  readonly #reasons = new Set<string>();
  #version: string;

  constructor(pods: readonly Pod[], version: string) {
    this.#version = version;
    for (const pod of pods) {
      this.#known.set(pod.metadata.uid, pod);
      this.#first.set(pod.metadata.uid, identityOf(pod));
    }
  }

  /** The newest version that is known: where a watch goes on. */
  get version(): string {
    return this.#version;
  }

  get reasons(): readonly string[] {
    return [...this.#reasons];
  }

  /** Nothing happened up to this version. */
  reached(version: string): void {
    if (isAfter(version, this.#version)) this.#version = version;
  }

  take(event: PodEvent, pod: Pod): void {
    const { uid, resourceVersion } = pod.metadata;
    const before = this.#known.get(uid);
    // Told again where a watch goes on from before it.
    if (before !== undefined && !isAfter(resourceVersion, before.metadata.resourceVersion)) return;
    const reason = event === "DELETED" ? leavingReason(before, pod) : this.#reasonAgainst(before, pod);
    if (reason !== undefined) this.#reasons.add(`pod "${pod.metadata.name}" ${reason}`);
    if (event === "DELETED") this.#known.delete(uid);
    else this.#known.set(uid, pod);
    this.reached(resourceVersion);
  }

  /** Whether the newest that a list says of every pod has been told, and every pod that left it. */
  hasCaughtUp(listed: readonly Pod[]): boolean {
    const told = ({ metadata }: Pod) => {
      const known = this.#known.get(metadata.uid)?.metadata.resourceVersion ?? "0";
      return !isAfter(metadata.resourceVersion, known);
    };
    return listed.every(told) && this.#known.size <= listed.length;
  }

  /**
   * Goes on from a list where events were lost. Pods that are all at the version they were last told at have not
   * been written to meanwhile, so nothing was lost; anything else is unknown.
   */
  bridge(listed: readonly Pod[], version: string, why: string): void {
    const same = ({ metadata }: Pod) =>
      this.#known.get(metadata.uid)?.metadata.resourceVersion === metadata.resourceVersion;
    if (listed.length !== this.#known.size || !listed.every(same)) this.lose(why);
    this.#known.clear();
    for (const pod of listed) this.#known.set(pod.metadata.uid, pod);
    this.reached(version);
  }

  /** What happened for a while will never be known. */
  lose(why: string): void {
    this.#reasons.add(`what happened to the pods was not seen throughout: ${why}`);
  }

  #reasonAgainst(before: Pod | undefined, pod: Pod): string | undefined {
    if (before === undefined) return isFinished(pod) ? undefined : "appeared";
    if (isFinished(before) && isFinished(pod)) return undefined;
    const trouble = troubleOf(pod);
    if (trouble !== undefined) return trouble;
    const first = this.#first.get(pod.metadata.uid);
    const now = identityOf(pod);
    return first === undefined || first === now
      ? undefined
      : `restarted a container ("${first}" is now "${now}")`;
  }
}

function leavingReason(before: Pod | undefined, pod: Pod): string | undefined {
  if (isFinished(before ?? pod)) return undefined;
  return pod.metadata.deletionTimestamp === undefined
    ? "left the release: it was deleted, or its labels match no more"
    : "was deleted";
}

/** Versions of pods count up, so they can be compared as numbers. */
function isAfter(version: string, other: string): boolean {
  return BigInt(version) > BigInt(other);
}
