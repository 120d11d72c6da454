import { expect } from "vitest";
import { ACCOUNT } from "../../../rehearsal/ledger/ledger-tables.ts";
import type { Storage } from "../../../rehearsal/ledger/storage.ts";
import { blob, boolean, float, number, text } from "../../../rehearsal/ledger/value.ts";

/** A record with a column of every type comes back as it was written, changed, and deleted, each on its condition. */
export async function expectEveryType(storage: Storage): Promise<void> {
  const key = { id: text("アカウント 'q' \\ `") };
  const columns = {
    ...key,
    region: text("r1"),
    moved: number(2 ** 53 - 1),
    touches: number(-(2 ** 31)),
    active: boolean(true),
    score: number(1.4285714285714286),
    ratio: float(10 / 3),
    raw: blob(Buffer.of(0, 1, 255, 39, 92)),
    tx_id: text("tx"),
    tx_state: number(3),
  };
  const put = { kind: "put", table: ACCOUNT, key, columns, cleared: ["tx_version"] } as const;
  expect(await storage.mutate([{ ...put, condition: { kind: "none" } }])).toBe("done");
  expect(await storage.get(ACCOUNT, key)).toEqual(columns);
  expect(await storage.mutate([{ ...put, columns: key, condition: { kind: "none" } }])).toBe("done");
  expect(await storage.get(ACCOUNT, key)).toEqual(columns);
  const cleared = { ...put, columns: {}, cleared: ["raw", "score"] };
  const equal = { tx_id: text("tx"), tx_state: number(3) };
  expect(await storage.mutate([{ ...cleared, condition: { kind: "present", equal } }])).toBe("done");
  const { raw: _, score: __, ...left } = columns;
  expect(await storage.get(ACCOUNT, key)).toEqual(left);
  const remove = { kind: "delete", table: ACCOUNT, key } as const;
  const other = { kind: "present", equal: { tx_id: text("other") } } as const;
  expect(await storage.mutate([{ ...remove, condition: other }])).toBe("refused");
  expect(await storage.mutate([{ ...remove, condition: { kind: "present", equal } }])).toBe("done");
  expect(await storage.get(ACCOUNT, key)).toBeUndefined();
}
