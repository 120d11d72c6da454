import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, type Kind, plain, plainInstance, read } from "./found.ts";

/** Nothing is under way in it, or nothing that keeps it from being changed. */
const SETTLED = new Set(["available", "storage-optimization"]);

/** It will never be available by itself. */
const GIVEN_UP =
  /^(failed|restore-error|migration-failed|insufficient-capacity|storage-full|incompatible-.*|inaccessible-.*|cloning-failed)$/;

export function isSettled(status: string): boolean {
  return SETTLED.has(status);
}

/** Whether the server and all its instances are at rest. Fails where the service gave one of them up. */
export function areSettled(found: Found): boolean {
  const all = [plain(found), ...(found.kind === "aurora" ? found.instances.map(plainInstance) : [])];
  for (const { name, status } of all) refuseGivenUp(name, status);
  return all.every(({ status }) => isSettled(status));
}

export function refuseGivenUp(name: string, status: string): void {
  if (GIVEN_UP.test(status))
    throw new StillpointError(
      "DATABASE_REFUSED",
      `the service gave up "${name}" (${status}): its events tell why (aws rds describe-events). No original was touched; abandon the run to delete what it has made`,
    );
}

const LOOKS = 6;
const FIRST_WAIT_MS = 100;

/** What was just made is not listed at once: looked for several times before it counts as gone. */
export async function requireThere(connection: RdsConnection, kind: Kind, name: string): Promise<Found> {
  const found = await patientlyRead(connection, kind, name);
  if (found !== undefined) return found;
  throw new StillpointError("DATABASE_REFUSED", `server "${name}" is not there any more`);
}

export async function patientlyRead(
  connection: RdsConnection,
  kind: Kind,
  name: string,
): Promise<Found | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await delay(FIRST_WAIT_MS * 2 ** look);
    const found = await read(connection, kind, { name });
    if (found !== undefined) return found;
  }
  return undefined;
}
