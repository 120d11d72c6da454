import { expect, test } from "vitest";
import { dumpPlace } from "../../shared/backup/dump-place.ts";

const GB = 1e9;
const BOTH = { function: true, task: true };

test("a dump that a function gets through in its time is taken by the function", () => {
  expect(dumpPlace(0, BOTH)).toEqual({ kind: "function" });
  expect(dumpPlace(15 * GB, BOTH)).toEqual({ kind: "function" });
});

test("a dump of more than that is taken by a task, and by a task where there is no function", () => {
  expect(dumpPlace(16 * GB, BOTH)).toEqual({ kind: "task" });
  expect(dumpPlace(1 * GB, { function: false, task: true })).toEqual({ kind: "task" });
});

test("without a task, a larger one is refused with its size, the limit, and what to set", () => {
  expect(dumpPlace(40 * GB, { function: true, task: false })).toEqual({
    kind: "nowhere",
    because:
      'its tables have 40.0 GB by the server\'s own estimate, and a function gets through 15.6 GB in its 15 minutes; set aws.dumps.task, or run "stillpoint backup" on a host of yours',
  });
});

test("without either, it says what to set", () => {
  expect(dumpPlace(1, { function: false, task: false })).toEqual({
    kind: "nowhere",
    because: expect.stringContaining("set aws.dumps or azure.dumps"),
  });
});
