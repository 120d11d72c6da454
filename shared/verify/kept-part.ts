import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Part, partName } from "./part.ts";
import { pack, unpack } from "./part-file.ts";
import type { TableDigest } from "./table-digest.ts";
import type { Workroom } from "./workroom.ts";

/** Keeps the saved file of a segment as a part. */
export async function keepPart(
  { parts }: Workroom,
  run: string,
  { file, count, digest }: TableDigest & { readonly file: string },
): Promise<Part> {
  const packed = `${file}.zst`;
  const part: Part = { ...(await pack(file, packed)), count, digest };
  await parts.put(partName(run, part), packed);
  return part;
}

/** What is made of the file of a part; nothing where the part is gone or damaged. */
export async function withKeptPart<T>(
  { parts, scratchDir }: Workroom,
  run: string,
  part: Part,
  use: (file: string) => T,
): Promise<{ readonly used: T } | undefined> {
  const folder = mkdtempSync(join(scratchDir, "part-"));
  const [packed, file] = [join(folder, "part.zst"), join(folder, "part.sqlite")];
  try {
    if (!(await parts.get(partName(run, part), packed))) return undefined;
    if (!(await unpack(packed, part.sha256, file))) return undefined;
    rmSync(packed);
    return { used: use(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
