import type { Wire } from "./wire.ts";

/** What is known of an operation that was answered before it had ended. */
export type Progress =
  | { readonly kind: "running" }
  | { readonly kind: "succeeded"; readonly result: Wire | undefined }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Operations by their id, so that they can be asked about by another process, and after any pause. */
export type LongRunning = Map<string, Progress>;
