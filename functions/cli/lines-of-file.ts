import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { fileFailure } from "./file-failure.ts";

const GZIP = Buffer.from([0x1f, 0x8b]);

/** The lines of a text file, compressed or not: CloudWatch exports compressed ones. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    await using handle = await open(file);
    const start = (await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0)).buffer;
    const bytes = handle.createReadStream({ start: 0, autoClose: false });
    // The end of the whole pipe is told by its last stream.
    const input = start.equals(GZIP) ? pipeline(bytes, createGunzip(), () => {}) : bytes;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== "") yield line;
  } catch (error) {
    if (error instanceof StillpointError) throw error;
    throw new StillpointError("USAGE", `cannot read "${file}": ${fileFailure(error)}; nothing was done`);
  }
}
