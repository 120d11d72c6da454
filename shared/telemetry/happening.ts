import type { QuietSecond } from "../verify/quiet-seconds.ts";

interface Subject {
  readonly deployment: string;
  /** The same from the request to the end. */
  readonly run: string;
}

/** What others may want to know at once: put on the event bus as `stillpoint.` and the kind, with the rest as its detail. */
export type Happening = Subject &
  (BackupHappening | FollowHappening | ((RestoreHappening | SearchHappening) & Restored));

export type BackupHappening =
  | {
      readonly kind: "window.recorded";
      readonly pause: string;
      readonly point: string;
      /** `observed` where somebody else paused: nobody has proven that all were quiet. */
      readonly verdict: "valid" | "observed";
      readonly databases: readonly { readonly name: string; readonly atSecond: number }[];
      readonly heldMs: number;
    }
  | { readonly kind: "window.invalid"; readonly pause: string; readonly reasons: readonly string[] }
  | { readonly kind: "instance.still-paused"; readonly instances: readonly string[] }
  /** Nothing was paused. */
  | { readonly kind: "backup.refused"; readonly code: string; readonly message: string };

/** What became of a point that its backup had left pending. */
export type FollowHappening =
  | { readonly kind: "point.complete"; readonly point: string }
  | { readonly kind: "point.failed"; readonly point: string; readonly because: string };

/** What a restore is of. */
export interface Restored {
  readonly point: string;
  readonly mode: string;
}

export type RestoreHappening =
  | { readonly kind: "restore.started"; readonly attempt: number }
  | {
      readonly kind: "restore.waiting";
      /** An approval has to carry it. */
      readonly digest: string;
      readonly until: string;
      readonly consequences: readonly string[];
    }
  | { readonly kind: "restore.finished"; readonly proof: string }
  | { readonly kind: "restore.failed"; readonly code: string; readonly message: string };

/** What becomes of a search for quiet seconds, which restores nothing; the point is the one that it makes. */
export type SearchHappening =
  | { readonly kind: "search.started"; readonly attempt: number }
  /** In the order in which a restore of the point tries them. */
  | { readonly kind: "quiet.found"; readonly candidates: readonly QuietSecond[] }
  | { readonly kind: "search.failed"; readonly code: string; readonly message: string };
