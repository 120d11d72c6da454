import * as z from "zod";
import { askedProblems, LATEST } from "./asked-problems.ts";

const MOMENT = z.iso.datetime({ offset: true });
const SECOND = z.union(
  [MOMENT, z.literal(LATEST)],
  `must be a time such as 2026-11-21T18:00:00Z, or ${LATEST}`,
);

/** What a request for a restore says, by whatever way it comes. */
export const RestoreRequest = z
  .strictObject({
    /** Chosen by who asks: the same asked twice is one restore. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/, "must be 1 to 40 letters, digits and hyphens"),
    deployment: z.string(),
    /** The restore point; or the last one at or before a time; or, with `settle`, that very second. */
    point: z.string().optional(),
    at: SECOND.optional(),
    /** Cuts copies of a second at which nobody paused back to what is surely complete. */
    settle: z.boolean().optional(),
    /** A second at which nothing was committed is searched for first, before this time or after it. */
    nearest: SECOND.optional(),
    after: z.boolean().optional(),
    /** In place the originals are deleted: that waits for an approval. */
    mode: z.enum(["side-by-side", "in-place"]).default("side-by-side"),
    /** In place: leaves the other replicas of global tables behind, instead of refusing. */
    detachReplicas: z.boolean().default(false),
    /** Takes a point, too, whose pause was Cassy's own and only watched. */
    acceptObserved: z.boolean().default(false),
  })
  .superRefine((asked, context) => {
    for (const message of askedProblems(asked, (what) => what)) context.addIssue({ code: "custom", message });
  });
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/** The approval of one very plan. */
export const RestoreApproval = z.strictObject({ run: z.string(), digest: z.string() });
export type RestoreApproval = z.infer<typeof RestoreApproval>;

/** A run that died or failed goes on. */
export const RestoreResumption = z.strictObject({ run: z.string() });
