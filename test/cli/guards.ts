import { readFileSync } from "node:fs";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { until } from "./until.ts";

/** The processes of the guards that a catalog knows. */
export async function guardsIn({ sweeps }: Catalog): Promise<readonly number[]> {
  const { records } = await sweeps.list();
  return records.filter(({ of }) => of.kind === "guard").map((one) => one.process);
}

/** Ends whatever guards a test has left, so that none outlives its folder. */
export async function endGuards(catalog: string): Promise<void> {
  const left = (await guardsIn(catalogOver(fileStore(catalog)))).filter(isAlive);
  for (const guard of left) {
    // One that the test has frozen must hear it too.
    process.kill(guard, "SIGTERM");
    process.kill(guard, "SIGCONT");
  }
  await until(() => !left.some(isAlive), { left });
}

/** What has ended and was not waited for yet is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    // Where there is no /proc, the signal has said it.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux";
  }
}
