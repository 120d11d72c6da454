import * as fc from "fast-check";
import { expect, test } from "vitest";
import { heldByOthers, unsettledPauses, withEnd, withMark } from "../../shared/backup/pause-record.ts";
import { type SweepLook, withLook } from "../../shared/backup/sweep-look.ts";
import type { PauseRecord } from "../../shared/catalog/model.ts";
import { address, instance } from "./sweep-world.ts";

const RECORD: PauseRecord = {
  schema: 1,
  id: "pause-1",
  deployment: "payments",
  run: "backup-1",
  openedMs: 1_000,
  deadlineMs: 61_000,
  drainWaitMs: 5_000,
  rpcDeadlineMs: 1_000,
  instances: [instance(1), instance(2)],
  basis: "list",
  state: "swept",
  markedBy: "a sweep",
  unsettled: [address(1), address(2)],
  seenOpen: {},
};

const NOTHING: SweepLook = { before: {}, seenOpen: {}, shut: [], settled: [], gone: [] };

test("an address that was seen open long enough is off the record, and the last one closes it", () => {
  const found = { ...RECORD, seenOpen: { [address(1)]: 5, [address(2)]: 5 } };
  const look = { ...NOTHING, before: found.seenOpen, seenOpen: found.seenOpen, settled: [address(1)] };
  expect(withLook(found, look)).toMatchObject({ state: "swept", unsettled: [address(2)] });
  expect(withLook(found, { ...look, settled: [address(1), address(2)] })).toMatchObject({
    state: "closed",
    unsettled: [],
    seenOpen: {},
  });
});

test("a look that began before a backup put its record back does not settle it", () => {
  const seen = { [address(1)]: 5 };
  const wokeUp = withEnd({ ...RECORD, seenOpen: seen }, { ...RECORD, unsettled: [address(1)] });
  const stale = { ...NOTHING, before: seen, seenOpen: seen, settled: [address(1)] };
  expect(withLook(wokeUp, stale)).toMatchObject({ state: "unsettled", seenOpen: {} });
  expect(withLook(wokeUp, stale).unsettled).toContain(address(1));
});

test("an address whose process exists no more is off the record, whatever else was seen of it", () => {
  expect(withLook(RECORD, { ...NOTHING, gone: [address(1), address(2)] })).toMatchObject({ state: "closed" });
});

test("of two sweeps that look at once, the first to see an address open counts; one that finds it shut begins anew", () => {
  const first = withLook(RECORD, { ...NOTHING, seenOpen: { [address(1)]: 10 } });
  expect(withLook(first, { ...NOTHING, seenOpen: { [address(1)]: 20 } }).seenOpen).toEqual({
    [address(1)]: 10,
  });
  const shut = { ...NOTHING, shut: [address(1)], seenOpen: { [address(1)]: 30 } };
  expect(withLook(first, shut).seenOpen).toEqual({ [address(1)]: 30 });
  expect(withLook(first, { ...shut, seenOpen: {} }).seenOpen).toEqual({});
});

test("whatever looks come in whatever order, no address comes back that a sweep took off, and none vanishes unseen", () => {
  const addresses = [address(1), address(2)];
  const some = fc.subarray(addresses);
  const times = fc.dictionary(fc.constantFrom(...addresses), fc.integer({ min: 0, max: 9 }));
  const looks = fc.record({ before: times, seenOpen: times, shut: some, settled: some, gone: some });
  fc.assert(
    fc.property(fc.array(looks, { maxLength: 5 }), (all) => {
      let record = RECORD;
      for (const look of all) {
        const next = withLook(record, look);
        for (const at of next.unsettled) expect(record.unsettled).toContain(at);
        for (const at of record.unsettled)
          if (!next.unsettled.includes(at)) expect([...look.settled, ...look.gone]).toContain(at);
        expect(next.state === "closed").toBe(next.unsettled.length === 0);
        record = next;
      }
    }),
  );
});

test("a mark is put on an open record only, and its backup's end does not take it away", () => {
  const open: PauseRecord = { ...RECORD, state: "open", markedBy: undefined };
  expect(withMark(open, "a sweep")).toMatchObject({ state: "swept", markedBy: "a sweep" });
  const closed: PauseRecord = { ...RECORD, state: "closed", unsettled: [] };
  expect(withMark(closed, "a sweep")).toBe(closed);
  expect(withEnd(withMark(open, "a sweep"), closed)).toMatchObject({ state: "swept", markedBy: "a sweep" });
  expect(withEnd(open, closed)).toBe(closed);
});

test("an open record holds its instances until its deadline, and for nobody else's sake longer", () => {
  const open = { ...RECORD, state: "open" } as const;
  const of = { pause: "another", addresses: [address(1), address(3)] };
  expect(heldByOthers([open], of, open.deadlineMs)).toEqual([address(1)]);
  expect(heldByOthers([open], of, open.deadlineMs + 1)).toEqual([]);
  expect(heldByOthers([open], { ...of, pause: open.id }, 0)).toEqual([]);
  expect(heldByOthers([RECORD], of, 0)).toEqual([]);
});

test("a pause is unsettled for its addresses until its record is closed, but not for itself", () => {
  expect(unsettledPauses([RECORD], { addresses: [address(2)] })).toEqual([RECORD.id]);
  expect(unsettledPauses([RECORD], { addresses: [address(3)] })).toEqual([]);
  expect(unsettledPauses([RECORD], { pause: RECORD.id, addresses: [address(2)] })).toEqual([]);
  expect(unsettledPauses([{ ...RECORD, state: "closed" }], { addresses: [address(2)] })).toEqual([]);
});
