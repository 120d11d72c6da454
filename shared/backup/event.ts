import type { CommandRecord, Verdict } from "../catalog/model.ts";
import type { DiscoveryBasis } from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";

/** What a backup tells while it is at work. The last two are also the structured log lines of a pause. */
export type BackupEvent =
  | { readonly kind: "discovered"; readonly instances: readonly string[]; readonly basis: DiscoveryBasis }
  | {
      readonly kind: "captured";
      readonly database: string;
      readonly tables: number;
      readonly noun: "table" | "container";
    }
  | {
      readonly kind: "snapshots";
      readonly taken: readonly { readonly database: string; readonly atMs: number }[];
    }
  | {
      readonly kind: "dumping";
      readonly database: string;
      /** As the tool wrote them, so far; the estimate is the server's, and rough. */
      readonly rawBytes: number;
      readonly storedBytes: number;
      readonly estimatedBytes: number;
    }
  | {
      readonly kind: "dumped";
      readonly database: string;
      readonly key: string;
      readonly rawBytes: number;
      readonly storedBytes: number;
      readonly sha256: string;
      readonly tookMs: number;
    }
  | {
      readonly kind: "clock-measured";
      readonly database: string;
      readonly lowMs: number;
      readonly highMs: number;
    }
  | { readonly kind: "command-started"; readonly command: string; readonly limitMs: number }
  | { readonly kind: "command-ended"; readonly record: CommandRecord }
  /** Somebody else pauses, takes the snapshots and unpauses; until when that is watched. */
  | { readonly kind: "observing"; readonly database: string; readonly limitMs: number }
  | { readonly kind: "pausing"; readonly pause: string; readonly deadlineMs: number }
  | { readonly kind: "paused"; readonly pause: string; readonly startMs: number; readonly drainMs: number }
  | { readonly kind: "unpausing"; readonly instances: readonly string[]; readonly reason: string }
  /** Every gate that this backup closed was seen open; what follows holds nobody. */
  | { readonly kind: "unpaused" }
  | { readonly kind: "still-paused"; readonly instances: readonly string[] }
  | {
      readonly kind: "pause-window";
      readonly deployment: string;
      readonly pause: string;
      readonly window?: PauseWindow;
      readonly verdict: Verdict;
      readonly basis: DiscoveryBasis;
      readonly instances: readonly string[];
      readonly heldMs: number;
    }
  | {
      readonly kind: "restore-point";
      readonly deployment: string;
      readonly point: string;
      readonly databases: readonly { readonly name: string; readonly atSecond: number }[];
      /** Of a pause window. */
      readonly marginMs?: number;
    };
