/** Bytes of tables that a dump gets through in a second, at least, where nothing else is wrong. */
const BYTES_PER_SECOND = 30_000_000;
/** So much longer it may take: sizes are estimates, and servers have other work to do. */
const MARGIN = 1.5;
/** How long a function lives. */
export const FUNCTION_MS = 900_000;
/** What else there is to do in that time: to prepare, to read the stored dump back, to write all of it down. */
const RESERVE_MS = 120_000;

/** Where a dump is taken. */
export type DumpPlace =
  | { readonly kind: "function" | "task" }
  /** `because` says which sizes, and what is to be set. */
  | { readonly kind: "nowhere"; readonly because: string };

export interface DumpPlaces {
  /** Whether there is one. */
  readonly function: boolean;
  readonly task: boolean;
}

/** The smallest of what there is that a dump of so many bytes of tables fits into. */
export function dumpPlace(bytes: number, there: DumpPlaces): DumpPlace {
  const fits = bytes <= LARGEST_OF_FUNCTION_BYTES;
  if (there.function && fits) return { kind: "function" };
  if (there.task) return { kind: "task" };
  return {
    kind: "nowhere",
    because: there.function
      ? `its tables have ${gigabytes(bytes)} by the server's own estimate, and a function gets through ${gigabytes(LARGEST_OF_FUNCTION_BYTES)} in its ${FUNCTION_MS / 60_000} minutes; set aws.dumps.task, or run "stillpoint backup" on a host of yours`
      : 'there is neither a function nor a task or job for it; set aws.dumps or azure.dumps, or run "stillpoint backup" on a host of yours',
  };
}

const LARGEST_OF_FUNCTION_BYTES = (((FUNCTION_MS - RESERVE_MS) / 1_000) * BYTES_PER_SECOND) / MARGIN;

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
