import { expect, vi } from "vitest";
import type { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { instancesOf } from "../instances.ts";
import type { World } from "./steps.ts";

const DEADLINE = { deadlineMs: 5_000 };
const LONGEST = { timeout: 60_000, interval: 50 };

async function areAll(world: World, admin: AdminClients, gate: "open" | "closed"): Promise<void> {
  const answers = await admin.checkPaused(instancesOf(world.scalardb), DEADLINE);
  expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => gate));
}

/** Until every server itself says so. */
export async function untilAll(world: World, admin: AdminClients, gate: "open" | "closed"): Promise<void> {
  await vi.waitFor(() => areAll(world, admin, gate), LONGEST);
}
