import { readBack } from "../../artifacts/check-dump.ts";
import { removeManifest, writeManifest } from "../../artifacts/manifest.ts";
import type { ArtifactStore } from "../../artifacts/store.ts";
import { storeDump } from "../../artifacts/store-dump.ts";
import type { BackupEvent } from "../../backup/event.ts";
import type { Snapshots } from "../../backup/snapshot.ts";
import type { RestorePoint } from "../../catalog/model.ts";
import type { Begun } from "../../databases/jdbc/database.ts";
import { quoted } from "../../errors/quoted.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { Artifact, CapturedJdbc } from "../../restore/jdbc/captured.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { keepAlive } from "./keep-alive.ts";

interface Wish {
  readonly run: string;
  readonly databases: readonly string[];
  readonly withinMs: number;
}

/** A dump on its way to the store. */
interface Storing {
  readonly database: string;
  readonly store: ArtifactStore;
  readonly captured: CapturedJdbc & { readonly artifact: Artifact };
  readonly stop: () => Promise<void>;
  readonly stored: Promise<Stored>;
  readonly beganMs: number;
}

type Stored = Awaited<ReturnType<typeof storeDump>>;

/** The dumps of one backup, which live and die with its process. */
export class Dumps {
  readonly #open: OpenDeployment;
  readonly #report: (event: BackupEvent) => void;
  readonly #end = new AbortController();
  #run = "";
  #storing: readonly Storing[] = [];

  constructor(open: OpenDeployment, report: (event: BackupEvent) => void) {
    this.#open = open;
    this.#report = report;
  }

  /** Answers when every snapshot has been taken; where one was not, nothing is at work any more. */
  async take({ run, databases, withinMs }: Wish, signal: AbortSignal): Promise<Snapshots> {
    this.#run = run;
    const begun = await this.#beginAll(databases, withinMs, signal);
    this.#storing = await Promise.all(begun.map((one) => this.#store(one)));
    const snapshots = this.#storing.map(({ database, captured }, place) => {
      const { begunMs, takenMs, atMs } = (begun[place] as (typeof begun)[number]).dump.snapshot;
      return [database, { begunMs, takenMs, atMs, captured }] as const;
    });
    return Object.fromEntries(snapshots);
  }

  async #beginAll(databases: readonly string[], withinMs: number, signal: AbortSignal) {
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), withinMs);
    const stop = AbortSignal.any([tooLate.signal, signal, this.#end.signal]);
    const { clock } = this.#open;
    const starting = databases.map(async (database) => {
      const begun = await abortable(this.#open.jdbc(database).startDump(clock.oursMs, stop), stop);
      return { database, ...begun };
    });
    const outcomes = await Promise.allSettled(starting);
    clearTimeout(timer);
    const begun = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const failure = outcomes.find((each) => each.status === "rejected");
    if (failure === undefined) return begun;
    await Promise.allSettled(begun.map(({ dump }) => dump.stop()));
    if (signal.aborted)
      throw new StillpointError(
        "INTERRUPTED",
        "interrupted while the snapshots were taken; no dump was kept",
      );
    if (!tooLate.signal.aborted) throw failure.reason;
    throw new StillpointError(
      "DUMP_FAILED",
      `the snapshots of ${quoted(databases)} were not taken within ${withinMs} ms: ${messageOf(failure.reason)}; no dump was kept`,
    );
  }

  async #store({ database, dump, captured }: Begun & { readonly database: string }): Promise<Storing> {
    const store = await this.#open.jdbc(database).store();
    const { snapshot, tool, format, output, ended, stop } = dump;
    const suffix = format === "custom" ? "dump" : "sql";
    const key = `${this.#open.settings.name}/${this.#run}/${database}.${suffix}.zst`;
    const { atMs, position } = snapshot;
    const expectedBytes = captured.tables.reduce((sum, { bytes }) => sum + bytes, 0);
    const stored = storeDump({
      store,
      key,
      output,
      ended,
      stop,
      expectedBytes,
      signal: this.#end.signal,
      report: (progress) =>
        this.#report({ kind: "dumping", database, ...progress, estimatedBytes: expectedBytes }),
    });
    // Awaited at the end; until then nobody would hear of a failure.
    stored.catch(() => undefined);
    return {
      database,
      store,
      captured: {
        ...captured,
        snapshot: { atMs, ...(position !== undefined && { position }) },
        artifact: { store: store.name, key, format, tool },
      },
      stop,
      stored,
      beganMs: performance.now(),
    };
  }

  areAtWork(): boolean {
    return this.#storing.length > 0;
  }

  /** Ends whatever is at work; what was stored already is removed. */
  async drop(): Promise<void> {
    this.#end.abort();
    await Promise.allSettled(
      this.#storing.map(async ({ store, captured, stored, stop }) => {
        await stop();
        // What was not stored has left nothing: what has its name is another backup's, of another catalog.
        const isStored = await stored.then(
          () => true,
          () => false,
        );
        if (!isStored) return;
        await store.remove(captured.artifact.key);
        await removeManifest(store, captured.artifact.key);
      }),
    );
    this.#storing = [];
  }

  /** Carries the dumps to their end, and the point with them. */
  async finish(point: string, signal: AbortSignal): Promise<{ readonly point: RestorePoint }> {
    const interrupt = () => this.#end.abort();
    signal.addEventListener("abort", interrupt, { once: true });
    if (signal.aborted) interrupt();
    await using _ = keepAlive(this.#open, { point, run: this.#run });
    try {
      const ended = await Promise.all(this.#storing.map((one) => this.#finishOne(one)));
      this.#storing = [];
      return { point: await this.#conclude(point, new Map(ended)) };
    } catch (error) {
      const because = signal.aborted ? "its backup was interrupted" : messageOf(error);
      await this.drop();
      return { point: await this.#conclude(point, because) };
    } finally {
      signal.removeEventListener("abort", interrupt);
    }
  }

  /** Its manifest is stored first: whoever follows a dead process can read the dump back by it. */
  async #finishOne({ database, store, captured, stored, beganMs }: Storing) {
    const { sha256, bytes, rawBytes } = await stored;
    const whole = { ...captured, artifact: { ...captured.artifact, sha256, bytes, rawBytes } };
    const { key } = captured.artifact;
    await writeManifest(store, whole);
    await readBack(store, key, { sha256, bytes }, undefined, this.#end.signal);
    const tookMs = Math.round(performance.now() - beganMs);
    this.#report({ kind: "dumped", database, key, rawBytes, storedBytes: bytes, sha256, tookMs });
    return [database, whole] as const;
  }

  async #conclude(id: string, end: ReadonlyMap<string, CapturedJdbc> | string): Promise<RestorePoint> {
    const { record } = await this.#open.catalog.points.update(id, (found) => {
      // Somebody has followed it meanwhile, and taken this process for dead.
      if (found.artifact !== "pending") return found;
      const { carriedUntilMs: _, because: __, ...rest } = found;
      if (typeof end === "string") return { ...rest, artifact: "failed", because: end };
      const databases = rest.databases.map((each) => ({
        ...each,
        captured: end.get(each.name) ?? each.captured,
      }));
      return { ...rest, artifact: "complete", databases };
    });
    return record;
  }
}

/** The answer, unless the signal fires first: what comes after that is stopped. */
function abortable(starting: Promise<Begun>, signal: AbortSignal): Promise<Begun> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      starting.then(({ dump }) => dump.stop()).catch(() => undefined);
      reject(new StillpointError("DUMP_FAILED", "the server did not say that the snapshot was taken"));
    };
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    const listenNoMore = () => signal.removeEventListener("abort", giveUp);
    starting.then(resolve, reject).finally(listenNoMore);
  });
}
