import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ApiServer } from "./api-server.ts";
import { Pod } from "./pod.ts";
import type { PodHistory } from "./pod-history.ts";
import { failuresText, type Look, lookAt, type Place, podsPath, selectorOf } from "./release.ts";

const ErrorEvent = z.object({
  type: z.literal("ERROR"),
  object: z.object({ code: z.number().optional(), message: z.string().default("") }),
});
const Bookmark = z.object({
  type: z.literal("BOOKMARK"),
  object: z.object({ metadata: z.object({ resourceVersion: z.string() }) }),
});
const Change = z.object({ type: z.enum(["ADDED", "MODIFIED", "DELETED"]), object: Pod });
const WatchEvent = z.discriminatedUnion("type", [ErrorEvent, Bookmark, Change]);

const GONE = 410;
const OPENING_LIMIT_MS = 2_000;
const BACKOFF_MS = 50;
const BACKOFF_MOST_MS = 400;
const LOOK_AGAIN_MS = 10;
/** The server ends a watch after this long, with a bookmark just before: what it then goes on from is fresh. */
const SERVER_ENDS_AFTER_S = 50;

/**
 * Watches the pods of a release from a list on, for as long as it takes: a stream that ends or breaks goes on from
 * the last version that was told. Only where the API server has forgotten what came after that version was
 * something lost, unless nothing had happened.
 */
export class PodWatch {
  readonly #api: ApiServer;
  readonly #place: Place;
  readonly #history: PodHistory;
  readonly #deployments: string;
  readonly #closing = new AbortController();
  #stream = new AbortController();
  #isOpen = false;
  #lastFailure = "it was not opened in time";

  constructor(api: ApiServer, place: Place, history: PodHistory, { deployments }: Look) {
    this.#api = api;
    this.#place = place;
    this.#history = history;
    this.#deployments = versionsOf(deployments);
    void this.#run();
  }

  /** Waits until the server has begun to tell everything since the last version that was told. */
  async opened(limitMs: number): Promise<void> {
    if (await isSo(() => this.#isOpen, limitMs)) return;
    throw new StillpointError(
      "INSTANCES_NOT_FOUND",
      `Cannot watch the pods of release "${this.#place.release}": ${this.#lastFailure}`,
    );
  }

  /** Opens the stream anew: a connection that fell silent without an end looks like pods that do nothing. */
  async renewed(limitMs: number): Promise<void> {
    this.#isOpen = false;
    this.#stream.abort();
    await this.opened(limitMs);
  }

  /**
   * Waits until everything up to a list has been told. A pod is told of in order, so its newest version stands for
   * all before. A pod that came and went between two looks has no version in the list; to go unseen it would have
   * to start, serve and end in the time that an event takes to arrive.
   */
  async catchUp(listed: readonly Pod[], limitMs: number): Promise<void> {
    const caughtUp = await isSo(() => this.#isOpen && this.#history.hasCaughtUp(listed), limitMs);
    if (!caughtUp) this.#history.lose("the watch lagged behind the list of pods");
  }

  close(): void {
    this.#closing.abort();
    this.#stream.abort();
  }

  async #run(): Promise<void> {
    for (let backoffMs = BACKOFF_MS; !this.#closing.signal.aborted; ) {
      const stream = new AbortController();
      this.#stream = stream;
      try {
        await this.#follow(stream.signal);
      } catch (error) {
        if (!stream.signal.aborted) this.#lastFailure = messageOf(error);
      }
      backoffMs = this.#isOpen ? BACKOFF_MS : Math.min(backoffMs * 2, BACKOFF_MOST_MS);
      this.#isOpen = false;
      if (!stream.signal.aborted)
        await delay(backoffMs, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  async #follow(until: AbortSignal): Promise<void> {
    const query = {
      ...selectorOf(this.#place),
      watch: "true",
      resourceVersion: this.#history.version,
      allowWatchBookmarks: "true",
      timeoutSeconds: String(SERVER_ENDS_AFTER_S),
    };
    const path = podsPath(this.#place);
    const stream = await this.#api.stream(path, query, OPENING_LIMIT_MS, until);
    if (stream.kind === "refused" && stream.status === GONE) return this.#bridge();
    if (stream.kind !== "open") throw new Error(failuresText([{ path, answer: stream }]));
    if (until.aborted) return;
    this.#isOpen = true;
    for await (const line of stream.lines) {
      const event = WatchEvent.parse(line);
      if (event.type === "BOOKMARK") this.#history.reached(event.object.metadata.resourceVersion);
      else if (event.type !== "ERROR") this.#history.take(event.type, event.object);
      else if (event.object.code === GONE) return this.#bridge();
      else throw new Error(`the watch failed: ${event.object.message}`);
    }
  }

  /**
   * An API server that was restarted has forgotten all that was before. Pods that nobody has written to since tell
   * that nothing was lost; that none came and went, the deployment tells, whose status counts them.
   */
  async #bridge(): Promise<void> {
    this.#isOpen = false;
    const why = "the API server had forgotten a part of it (410)";
    const look = await lookAt(this.#api, this.#place, OPENING_LIMIT_MS);
    if (versionsOf(look.deployments) !== this.#deployments) this.#history.lose(why);
    this.#history.bridge(look.pods, look.version, why);
  }
}

function versionsOf(deployments: Look["deployments"]): string {
  return deployments.map(({ name, resourceVersion }) => `${name}@${resourceVersion}`).join();
}

async function isSo(condition: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) return false;
    await delay(LOOK_AGAIN_MS);
  }
  return true;
}
