import { expect, test } from "vitest";
import type { BackupResult } from "../../shared/backup/backup-result.ts";
import { backupFailure } from "../../shared/deployment/backup-failure.ts";
import { announceBackup, backupTelemetry } from "../../shared/deployment/backup-telemetry.ts";
import type { Happening } from "../../shared/telemetry/happening.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";
import { aPoint } from "../catalog/examples.ts";

const OF = { deployment: "payments", run: "backup-1" };
const RESULT: BackupResult = {
  pause: "p",
  verdict: { kind: "observed" },
  heldMs: 900,
  stillPaused: [],
  leftAlone: [],
  point: aPoint("payments-20261121T180003Z", { basis: "observed", artifact: "pending", pause: "p" }),
};

function keeping() {
  const measured: Record<string, number> = {};
  const announced: Happening[] = [];
  const telemetry: Telemetry = {
    log: () => {},
    measure: (metric, value) => {
      measured[metric] = value;
    },
    measureAll: () => {},
    announce: async (happening) => {
      announced.push(happening);
    },
  };
  return { telemetry, measured, announced };
}

test("an observed pause is told with its verdict, and is no failure", async () => {
  const { telemetry, measured, announced } = keeping();
  await announceBackup(telemetry, OF, RESULT);
  expect(announced).toMatchObject([{ kind: "window.recorded", verdict: "observed", pause: "p" }]);
  expect(measured).toEqual({});
  expect(backupFailure("payments", RESULT)).toBeUndefined();
});

test.each([
  ["observed", ["PauseSpan"]],
  ["valid", ["HoldTime", "PauseSpan"]],
] as const)("of a pause that is %s what was seen is measured, and no more", (kind, metrics) => {
  const { telemetry, measured } = keeping();
  backupTelemetry(
    telemetry,
    OF,
  )({
    kind: "pause-window",
    deployment: "payments",
    pause: "p",
    window: { startMs: 1_000, endMs: 1_400 },
    verdict: { kind },
    basis: "list",
    instances: [],
    heldMs: 900,
  });
  expect(Object.keys(measured).sort()).toEqual(metrics);
});
