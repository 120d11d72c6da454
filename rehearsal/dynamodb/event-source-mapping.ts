import type { Wire } from "./wire.ts";

/** A function that reads a stream, as Lambda has it. */
export type Mapping = Wire & { readonly UUID: string; readonly EventSourceArn: string };
