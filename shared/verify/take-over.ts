import type { ScannedSegment } from "./part.ts";

/** Fetched at a time; what was fetched is merged one by one. */
const AT_A_TIME = 4;

/** Takes over the parts of all segments, in whatever order they come. */
export async function takeOverAll(
  scanned: readonly ScannedSegment[],
  takeOver: (segment: ScannedSegment) => Promise<void>,
): Promise<void> {
  const queue = scanned.values();
  const worker = async () => {
    for (const each of queue) await takeOver(each);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
