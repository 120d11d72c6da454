import { cpSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RehearsalCassandra } from "../../../rehearsal/cassandra/cassandra.ts";
import { snapshotFiles } from "../../../rehearsal/cassy/traverse.ts";

const SNAPSHOT = "before";

/** All nodes go back to a snapshot that is taken now, of which Cassy's own files come back and no others. */
export async function restoreAsCassyDoes(
  cassandra: RehearsalCassandra,
  beforeStart: (address: string) => void = () => undefined,
): Promise<void> {
  for (const address of cassandra.addresses)
    cassandra.takeSnapshot(address, SNAPSHOT, cassandra.keyspaces(address));
  for (const address of cassandra.addresses) await cassandra.stop(address);
  for (const address of cassandra.addresses) {
    const aside = join(cassandra.moveAside(address), "data");
    const to = cassandra.dataFolder(address);
    for await (const keyspace of glob("*", { cwd: aside }))
      for (const file of await snapshotFiles(aside, keyspace, SNAPSHOT)) {
        const table = dirname(dirname(dirname(file)));
        cpSync(join(aside, file), join(to, table, file.slice(dirname(file).length + 1)));
      }
    beforeStart(address);
  }
  for (const address of cassandra.addresses) await cassandra.start(address);
}
