import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { resolveJars } from "../../rehearsal/scalardb-server/jars.ts";
import { startJava } from "../../rehearsal/scalardb-server/java-process.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What Scalar's own command line said, and its exit status: 0 or 1. */
export interface ScalarAdminAnswer {
  readonly exit: number;
  readonly output: string;
}

export type ScalarAdminCommand = "PAUSE" | "UNPAUSE" | "CHECK_PAUSED";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** It has no deadline of its own. */
const LIMIT_MS = 60_000;

/** Runs `scalar-admin -c COMMAND -a ADDRESSES`. */
export async function scalarAdmin(
  command: ScalarAdminCommand,
  addresses: readonly Address[],
  ...options: readonly string[]
): Promise<ScalarAdminAnswer> {
  const { lib } = await resolveJars("scalardb-server");
  const dir = await temporaryFolder();
  const java = startJava({
    name: `scalar-admin-${randomUUID()}`,
    lib,
    main: "com.scalar.admin.AdminCommand",
    args: ["-c", command, "-a", addresses.map(addressOf).join(","), ...options],
    jvm: ["-Xmx100m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    dir,
  });
  const limit = setTimeout(() => void java.kill(), LIMIT_MS);
  const exit = await java.exited;
  clearTimeout(limit);
  const output = await java.log();
  await rm(dir, { recursive: true });
  return { exit, output };
}
