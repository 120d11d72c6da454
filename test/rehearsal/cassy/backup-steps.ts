import { expect, vi } from "vitest";
import type { Cassy, TakenBackup } from "../../../shared/databases/cassandra/cassy.ts";
import { ADDRESSES } from "./folder-nodes.ts";

type Taken = Extract<TakenBackup, { readonly kind: "taken" }>;

/** Of a registration of its own. */
export async function backup(client: Cassy, type: "cluster" | "node" = "node") {
  const registration = await client.register(ADDRESSES[0]);
  const taken = await client.takeBackup({ clusterId: registration.clusterId, type, withinMs: 20_000 });
  expect(taken.kind).toBe("taken");
  return { ...registration, ...(taken as Taken) };
}

export const statuses = async (client: Cassy, clusterId: string) =>
  (await client.backups({ clusterId })).map(({ node, status }) => `${node} ${status}`).toSorted();
export const all = (status: string) => ADDRESSES.map((address) => `${address} ${status}`);
export const reach = (client: Cassy, clusterId: string, wanted: readonly string[]) =>
  vi.waitFor(async () => expect(await statuses(client, clusterId)).toEqual(wanted), { timeout: 15_000 });
