import { expect, test } from "vitest";
import { conclude } from "../../../functions/restore/conclude.ts";
import type { Execution } from "../../../functions/restore/execution.ts";
import type { Happening } from "../../../shared/telemetry/happening.ts";
import type { Telemetry } from "../../../shared/telemetry/telemetry.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { memoryStore } from "../../catalog/memory-store.ts";

test("an execution whose run somebody else has taken over does not call that run failed", async () => {
  const announced: Happening[] = [];
  const measured: string[] = [];
  const telemetry: Telemetry = {
    log: () => undefined,
    measure: (metric) => measured.push(metric),
    measureAll: (metric) => measured.push(metric),
    announce: async (happening) => {
      announced.push(happening);
    },
  };
  const planned = { run: "restore-1", deployment: "payments", point: "p", mode: "in-place" };
  // What the run says is not looked at: whatever it is, others have written it.
  const execution = { host: { telemetry }, planned, attempt: 1 } as Execution;
  const failure = { code: "CATALOG_CONFLICT", message: "another process runs this run" } as const;
  const journal = await Journal.open(memoryStore(), "restore-1");
  const end = { kind: "failed", failure, operations: 7, untold: [] } as const;
  expect(await conclude(execution, { end, journal, begunMs: 0 })).toEqual({
    kind: "failed",
    run: "restore-1",
    failure,
  });
  expect(announced).toEqual([]);
  expect(measured).toEqual([]);
});
