import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";

/** Ids and hashes do not shrink further at a higher level, and it takes several times as long. */
const LEVEL = 1;

/** Compresses the file, for the way to the parts' store and back. */
export async function pack(file: string, packed: string): Promise<{ sha256: string; bytes: number }> {
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  await pipeline(createReadStream(file), createZstdCompress({ params }), createWriteStream(packed));
  return { sha256: await sha256Of(packed), bytes: (await stat(packed)).size };
}

/** False where it is not the content that was packed. */
export async function unpack(packed: string, sha256: string, file: string): Promise<boolean> {
  if ((await sha256Of(packed)) !== sha256) return false;
  await pipeline(createReadStream(packed), createZstdDecompress(), createWriteStream(file));
  return true;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
