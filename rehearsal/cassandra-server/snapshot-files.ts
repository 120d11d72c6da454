import { cp, glob, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Puts the files of a snapshot back by hand, as Cassandra's own documentation says: each into its table's directory, and
 * those of an index into the directory of that index. Answers how many directories had one.
 */
export async function putSnapshotBack(
  fromDataDir: string,
  snapshot: string,
  toDataDir: string,
): Promise<number> {
  let tables = 0;
  for await (const found of glob(`*/*/snapshots/${snapshot}`, { cwd: fromDataDir })) {
    const to = join(toDataDir, dirname(dirname(found)));
    await mkdir(to, { recursive: true });
    await cp(join(fromDataDir, found), to, { recursive: true });
    tables++;
  }
  return tables;
}
