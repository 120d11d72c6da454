import { expect, vi } from "vitest";
import type { Store, Version } from "../../shared/catalog/store.ts";
import { digest } from "./large.ts";

const HOURS_MS = 2 * 3_600_000;

/** Records that are in parts before or after the write under which somebody dies. */
export const CHANGES = [
  { from: "large", to: "large" },
  { from: "large", to: "small" },
  { from: "small", to: "large" },
] as const;

/** Only the date: timers go on, since real sockets need them. */
export function hoursLater(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOURS_MS });
}

export async function isDead(write: Promise<unknown>): Promise<boolean> {
  return write.then(
    () => false,
    () => true,
  );
}

/** The least that any write makes visible: nothing is torn, nothing damaged, and the next writer gets on. */
export async function expectOneOf(store: Store, values: readonly unknown[]): Promise<Version> {
  const { records, damaged } = await store.list("pauses");
  expect(damaged).toEqual([]);
  expect(values.map(digest)).toContain(digest(records[0]?.value));
  const open = (await store.listOpen("pauses")).records.map(({ id }) => id);
  const [found] = records as readonly { readonly value: { readonly state: string } }[];
  expect(open).toEqual(found?.value.state === "open" ? ["p"] : []);
  return records[0]?.version ?? "absent";
}
