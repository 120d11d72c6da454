import * as z from "zod";

const MOMENT = z.iso.datetime({ offset: true });

/** What a request for a restore says, by whatever way it comes. */
export const RestoreRequest = z
  .strictObject({
    /** Chosen by who asks: the same asked twice is one restore. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/, "must be 1 to 40 letters, digits and hyphens"),
    deployment: z.string(),
    /** The restore point; or the last one at or before a time. */
    point: z.string().optional(),
    at: MOMENT.optional(),
    /** In place the originals are deleted: that waits for an approval. */
    mode: z.enum(["side-by-side", "in-place"]).default("side-by-side"),
    /** In place: leaves the other replicas of global tables behind, instead of refusing. */
    detachReplicas: z.boolean().default(false),
    /** Takes a point, too, whose pause was Cassy's own and only watched. */
    acceptObserved: z.boolean().default(false),
  })
  .refine(
    ({ point, at }) => (point === undefined) !== (at === undefined),
    "must have exactly one of point and at",
  );
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/** The approval of one very plan. */
export const RestoreApproval = z.strictObject({ run: z.string(), digest: z.string() });
export type RestoreApproval = z.infer<typeof RestoreApproval>;

/** A run that died or failed goes on. */
export const RestoreResumption = z.strictObject({ run: z.string() });
