import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ArmConnection } from "./connection.ts";
import { passes } from "./refusal.ts";
import { type Begun, readLink, type Wire } from "./resource.ts";

/** What Azure says of an operation; nothing where it does not know it any more, or does not answer. */
export interface Look {
  readonly status?: string;
  readonly message?: string;
}

export async function lookAt(connection: ArmConnection, { operation }: Begun): Promise<Look> {
  if (operation === undefined) return {};
  try {
    return lookOf((await readLink(connection, operation)) ?? {});
  } catch (error) {
    if (passes(error)) return {};
    throw error;
  }
}

function lookOf({ status, error }: Wire): Look {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return {
    ...(typeof status === "string" && { status }),
    ...(message !== undefined && { message: code === undefined ? message : `${code}: ${message}` }),
  };
}

/** Of an operation, or of what it makes. */
export function isGivenUp(status: string): boolean {
  return /fail|cancel/i.test(status);
}

const FIRST_WAIT_MS = 50;
const MOST_WAIT_MS = 5_000;
/** A change takes seconds or minutes; a step may take less than fifteen. */
const LIMIT_MS = 600_000;

/** Waits for a change; fails where Azure gave it up after it was accepted. */
export async function ended(connection: ArmConnection, what: string, begun: Begun): Promise<void> {
  if (begun.operation === undefined) return;
  const started = performance.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    const { status = "", message = "it does not say why" } = await lookAt(connection, begun);
    if (/^succeeded$/i.test(status)) return;
    if (isGivenUp(status))
      throw new StillpointError(
        "DATABASE_REFUSED",
        `the service gave up to set ${what} (${status}): ${message}`,
      );
    if (performance.now() - started > LIMIT_MS)
      throw new StillpointError(
        "TIMED_OUT",
        `the service is at ${what} for more than ${LIMIT_MS / 60_000} minutes`,
      );
    await delay(waitMs);
  }
}
