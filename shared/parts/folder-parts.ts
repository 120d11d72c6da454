import { randomBytes } from "node:crypto";
import { copyFile, lstat, mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Parts } from "../verify/parts.ts";
import { partsFailure } from "./failure.ts";
import { plainName, plainRun } from "./part-name.ts";

/** Parts hold keys of rows, and certificates. */
const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

/** Parts in a folder: for verifications whose steps are all carried out on hosts that share it. */
export function folderParts(path: string | undefined): Parts {
  const folder = path ?? join(tmpdir(), `stillpoint-parts-${process.getuid?.() ?? "own"}`);
  const attempt = async <T>(action: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw partsFailure(`${action} in "${folder}"`, error);
    }
  };
  return {
    put: (name, file) =>
      attempt(`keep part "${name}"`, async () => {
        if (path === undefined) await claim(folder);
        const target = join(folder, plainName(name));
        const unfinished = `${target}.${randomBytes(4).toString("hex")}`;
        await mkdir(dirname(target), { recursive: true, mode: OWNER_ONLY });
        await copyFile(file, unfinished);
        await rename(unfinished, target);
      }),
    get: (name, file) =>
      attempt(`fetch part "${name}"`, async () => {
        if (path === undefined) await claim(folder);
        return copied(join(folder, plainName(name)), file);
      }),
    remove: (run) =>
      attempt(`remove the parts of run "${run}"`, async () => {
        await rm(join(folder, plainRun(run)), { recursive: true, force: true });
      }),
    close: () => {},
  };
}

async function copied(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** In the system's temporary directory anybody could have made a folder of this name before us, to read along. */
async function claim(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  const found = await lstat(folder);
  const ours = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !ours || (found.mode & OTHERS) !== 0)
    throw new Error("it is not this user's own folder, or others may look into it");
}
